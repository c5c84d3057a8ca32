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

function labelErrors(labels: Readonly<Record<string, string>>, profile: MetadataProfile): FieldError[] {
	return Object.entries(labels).flatMap(([key, value]) => [
		...qualifiedNameProblems(key, profile.labelKeyWording).map((problem) => invalid('metadata.labels', key, problem)),
		...labelValueProblems(value, profile.labelKeyWording).map((problem) => invalid('metadata.labels', value, problem)),
	]);
}

function annotationErrors(annotations: Readonly<Record<string, string>>, profile: MetadataProfile): FieldError[] {
	const errors: FieldError[] = [];
	let size = 0;
	for (const [key, value] of Object.entries(annotations)) {
		const problems = qualifiedNameProblems(key.toLowerCase(), profile.labelKeyWording);
		errors.push(...problems.map((problem) => invalid('metadata.annotations', key, problem)));
		size += utf8Length(key) + utf8Length(value);
	}
	if (size > ANNOTATIONS_MAX_BYTES) errors.push(tooLong('metadata.annotations', profile.tooLongWording, ANNOTATIONS_MAX_BYTES));
	return errors;
}

function finalizerErrors(finalizers: readonly string[], profile: MetadataProfile): FieldError[] {
	const errors = finalizers.flatMap((finalizer) =>
		qualifiedNameProblems(finalizer, profile.labelKeyWording).map((problem) => invalid('metadata.finalizers', finalizer, problem)),
	);
	if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
		const shown = `[${finalizers.map(goJsonString).join(',')}]`;
		errors.push(invalid('metadata.finalizers', '', 'finalizer orphan and foregroundDeletion cannot be both set', shown));
	}
	return errors;
}

/** Finalizers of the core group must be known or carry a domain. */
function coreFinalizerErrors(finalizers: readonly string[]): FieldError[] {
	return finalizers.flatMap((finalizer, index) =>
		finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)
			? []
			: [invalid(`metadata.finalizers[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')],
	);
}

/** Rules of a single state; `nameProblems` are those of the kind's names. */
function stateErrors(metadata: CheckedMetadata, nameProblems: (name: string) => string[], profile: MetadataProfile): FieldError[] {
	const { name, namespace } = metadata;
	return [
		...(name === ''
			? [required('metadata.name', 'name or generateName is required')]
			: nameProblems(name).map((problem) => invalid('metadata.name', name, problem))),
		...(namespace === ''
			? [required('metadata.namespace')]
			: dnsLabelProblems(namespace).map((problem) => invalid('metadata.namespace', namespace, problem))),
		...labelErrors(metadata.labels, profile),
		...annotationErrors(metadata.annotations, profile),
		...finalizerErrors(metadata.finalizers, profile),
	];
}

function unchanged(field: string, value: string, old: string, shown?: string): FieldError[] {
	return value === old ? [] : [invalid(`metadata.${field}`, value, 'field is immutable', shown)];
}

/** Rules of a change. */
function changeErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	const uid = metadata.uid ?? old.uid ?? '';
	return [
		...unchanged('name', metadata.name, old.name),
		...unchanged('namespace', metadata.namespace, old.namespace),
		...unchanged('uid', uid, old.uid ?? '', goJsonString(uid)),
		...labelErrors(metadata.labels, profile),
		...annotationErrors(metadata.annotations, profile),
	];
}

/** Rules of the strategies of Secrets and ConfigMaps about a new or changed state. */
export function metadataErrors(metadata: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	return [...stateErrors(metadata, (name) => subdomainProblems(name), profile), ...coreFinalizerErrors(metadata.finalizers)];
}

/** Rules of the strategies about a change, without those of {@link metadataErrors}. */
export function metadataChangeErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	return [...changeErrors(metadata, old, profile), ...coreFinalizerErrors(metadata.finalizers)];
}

/** Rules that every kind obeys on an update, checked before those of its strategy (apiserver/pkg/registry/rest/update.go). */
export function commonUpdateErrors(metadata: CheckedMetadata, old: CheckedMetadata, profile: MetadataProfile): FieldError[] {
	return [...stateErrors(metadata, pathSegmentProblems, profile), ...changeErrors(metadata, old, profile)];
}
