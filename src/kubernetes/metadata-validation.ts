// Validation of `metadata` on create and update. Several layers of the API server check it in turn, and each repeats some
// rules; the repetitions are kept, because `details.causes` shows them. Follows apimachinery/pkg/api/validation/objectmeta.go
// and the ObjectMeta part of pkg/apis/core/validation/validation.go.

import { type FieldError, invalid, required, tooLong } from './field-error.js';
import { goJsonString } from './go-quote.js';
import {
	dnsLabelProblems,
	labelValueProblems,
	pathSegmentProblems,
	qualifiedNameProblems,
	subdomainProblems,
	utf8Length,
} from './name-rules.js';
import type { VersionProfile } from './version-profile.js';

/** All annotations of an object together, keys and values, bytes (A12). */
export const ANNOTATIONS_MAX_BYTES: number = 256 * 1024;

/** Finalizers that need no domain in front (pkg/apis/core/helper/helpers.go). */
const STANDARD_FINALIZERS: readonly string[] = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** The metadata of a written object that rules are about. */
export interface CheckedMetadata {
	readonly name: string;
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly finalizers: readonly string[];
	/** Undefined when the writer names none: then it is the stored one. */
	readonly uid: string | undefined;
}

/** The rules of one release about metadata. */
export type MetadataProfile = Pick<VersionProfile, 'labelKeyWording' | 'tooLongWording'>;

/** Turns what is wrong with one value into errors; most values of a fleet are right, and cost nothing here. */
function addInvalid(errors: FieldError[], field: string, value: string, problems: readonly string[]): void {
	for (const problem of problems) errors.push(invalid(field, value, problem));
}

function addLabelErrors(errors: FieldError[], labels: Readonly<Record<string, string>>, { labelKeyWording }: MetadataProfile): void {
	for (const [key, value] of Object.entries(labels)) {
		addInvalid(errors, 'metadata.labels', key, qualifiedNameProblems(key, labelKeyWording));
		addInvalid(errors, 'metadata.labels', value, labelValueProblems(value, labelKeyWording));
	}
}

function addAnnotationErrors(errors: FieldError[], annotations: Readonly<Record<string, string>>, profile: MetadataProfile): void {
	let size = 0;
	for (const [key, value] of Object.entries(annotations)) {
		addInvalid(errors, 'metadata.annotations', key, qualifiedNameProblems(key.toLowerCase(), profile.labelKeyWording));
		size += utf8Length(key) + utf8Length(value);
	}
	if (size > ANNOTATIONS_MAX_BYTES) errors.push(tooLong('metadata.annotations', profile.tooLongWording, ANNOTATIONS_MAX_BYTES));
}

function addFinalizerErrors(errors: FieldError[], finalizers: readonly string[], profile: MetadataProfile): void {
	for (const finalizer of finalizers) {
		addInvalid(errors, 'metadata.finalizers', finalizer, qualifiedNameProblems(finalizer, profile.labelKeyWording));
	}
	if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
		const shown = `[${finalizers.map(goJsonString).join(',')}]`;
		errors.push(invalid('metadata.finalizers', '', 'finalizer orphan and foregroundDeletion cannot be both set', shown));
	}
}

/** Finalizers of the core group must be known or carry a domain. */
function addCoreFinalizerErrors(errors: FieldError[], finalizers: readonly string[]): void {
	for (const [index, finalizer] of finalizers.entries()) {
		if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) continue;
		const problem = 'name is neither a standard finalizer name nor is it fully qualified';
		errors.push(invalid(`metadata.finalizers[${index}]`, finalizer, problem));
	}
}

/** Rules of a single state; `nameProblems` are those of the kind's names. */
function stateErrors(metadata: CheckedMetadata, nameProblems: (name: string) => string[], profile: MetadataProfile): FieldError[] {
	const { name, namespace } = metadata;
	const errors: FieldError[] = [];
	if (name === '') errors.push(required('metadata.name', 'name or generateName is required'));
	else addInvalid(errors, 'metadata.name', name, nameProblems(name));
	if (namespace === '') errors.push(required('metadata.namespace'));
	else addInvalid(errors, 'metadata.namespace', namespace, dnsLabelProblems(namespace));
	addLabelErrors(errors, metadata.labels, profile);
	addAnnotationErrors(errors, metadata.annotations, profile);
	addFinalizerErrors(errors, metadata.finalizers, profile);
	return errors;
}

function unchanged(field: string, value: string, old: string, shown?: string): FieldError[] {
	return value === old ? [] : [invalid(`metadata.${field}`, value, 'field is immutable', shown)];
}

/** Rules of a change. */
function changeErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	const uid = metadata.uid ?? old.uid ?? '';
	const errors = [
		...unchanged('name', metadata.name, old.name),
		...unchanged('namespace', metadata.namespace, old.namespace),
		...unchanged('uid', uid, old.uid ?? '', goJsonString(uid)),
	];
	addLabelErrors(errors, metadata.labels, profile);
	addAnnotationErrors(errors, metadata.annotations, profile);
	return errors;
}

/** Rules of the strategies of Secrets and ConfigMaps about a new or changed state. */
export function metadataErrors(metadata: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	const errors = stateErrors(metadata, (name) => subdomainProblems(name), profile);
	addCoreFinalizerErrors(errors, metadata.finalizers);
	return errors;
}

/** Rules of the strategies about a change, without those of {@link metadataErrors}. */
export function metadataChangeErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	const errors = changeErrors(metadata, old, profile);
	addCoreFinalizerErrors(errors, metadata.finalizers);
	return errors;
}

/** Rules that every kind obeys on an update, checked before those of its strategy (apiserver/pkg/registry/rest/update.go). */
export function commonUpdateErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	return [...stateErrors(metadata, pathSegmentProblems, profile), ...changeErrors(metadata, old, profile)];
}
