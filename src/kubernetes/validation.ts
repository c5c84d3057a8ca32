// What the API server says about the create or update of a Secret or ConfigMap: the exact list of violated rules, in
// order, and the error that the client gets. Works on lengths and fingerprints, so it needs no secret value. Follows
// pkg/apis/core/validation/validation.go and pkg/registry/core/{secret,configmap}/strategy.go (A12).

import type { Content } from './content.js';
import { type ApiError, type FieldError, forbidden, invalid, invalidObject, required, tooLong } from './field-error.js';
import { goJsonString } from './go-quote.js';
import { type CheckedMetadata, commonUpdateErrors, metadataChangeErrors, metadataErrors } from './metadata-validation.js';
import { dataKeyProblems } from './name-rules.js';
import { dockerConfigKey } from './object-content.js';
import type { ObjectState } from './objects.js';
import type { VersionProfile } from './version-profile.js';

/** The values of one object together, bytes; keys and metadata do not count (A12). */
export const OBJECT_MAX_BYTES: number = 1024 * 1024;

const NO_FINALIZERS: readonly string[] = [];
const ACCOUNT_NAME_ANNOTATION = 'kubernetes.io/service-account.name';
const IMMUTABLE_TEXT = 'field is immutable when `immutable` is set';

/** The part of a release's profile that validation reads. */
export type ValidationProfile = Pick<VersionProfile, 'labelKeyWording' | 'tooLongWording'>;

/** What a writer sends: a state, and what else of the metadata rules are about. */
export interface Submission {
	readonly state: ObjectState<Content>;
	readonly finalizers?: readonly string[];
	/** Undefined: the stored one. */
	readonly uid?: string;
	/**
	 * The map is written out as `{}`. The server tells it from a map that is left out, which shows when an immutable
	 * object without that map is updated: of a Secret `data`, of a ConfigMap `binaryData`.
	 */
	readonly explicitEmpty?: { readonly data?: boolean; readonly binaryData?: boolean };
}

function checkedMetadata({ state, finalizers = NO_FINALIZERS, uid }: Submission): CheckedMetadata {
	const { name, namespace, labels, annotations } = state;
	return { name, namespace, labels, annotations, finalizers, uid };
}

function addKeyErrors(
	errors: FieldError[],
	field: 'data' | 'binaryData',
	values: Readonly<Record<string, Content>>,
	others: Readonly<Record<string, Content>>,
): void {
	for (const key of Object.keys(values)) {
		const problems = dataKeyProblems(key);
		if (Object.hasOwn(others, key)) problems.push('duplicate of key present in binaryData');
		for (const problem of problems) errors.push({ ...invalid(`${field}[${key}]`, key, problem), mapOrder: true });
	}
}

function totalLength(values: Readonly<Record<string, Content>>): number {
	let sum = 0;
	for (const key of Object.keys(values)) sum += (values[key] as Content).length;
	return sum;
}

function missing(data: Readonly<Record<string, Content>>, ...keys: readonly string[]): FieldError[] {
	return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
}

function dockerConfigErrors({ type, data }: ObjectState<Content>): FieldError[] {
	const key = dockerConfigKey(type) as string;
	const content = data[key];
	if (content === undefined) return [required(`data[${key}]`)];
	if (content.jsonObjectError === undefined) return [];
	return [invalid(`data[${key}]`, '<secret contents redacted>', content.jsonObjectError)];
}

/** What each Secret type requires of its data; types that are not here require nothing. */
const TYPE_RULES: Readonly<Record<string, (state: ObjectState<Content>) => FieldError[]>> = {
	'kubernetes.io/service-account-token': ({ annotations }) =>
		(annotations[ACCOUNT_NAME_ANNOTATION] ?? '') === '' ? [required(`metadata.annotations[${ACCOUNT_NAME_ANNOTATION}]`)] : [],
	'kubernetes.io/dockercfg': dockerConfigErrors,
	'kubernetes.io/dockerconfigjson': dockerConfigErrors,
	'kubernetes.io/basic-auth': ({ data }) => {
		// One of the two is enough.
		const absent = missing(data, 'username', 'password');
		return absent.length === 2 ? absent : [];
	},
	'kubernetes.io/ssh-auth': ({ data }) => ((data['ssh-privatekey']?.length ?? 0) === 0 ? [required('data[ssh-privatekey]')] : []),
	'kubernetes.io/tls': ({ data }) => missing(data, 'tls.crt', 'tls.key'),
};

function addSecretErrors(errors: FieldError[], state: ObjectState<Content>, profile: ValidationProfile): void {
	addKeyErrors(errors, 'data', state.data, {});
	if (totalLength(state.data) > OBJECT_MAX_BYTES) errors.push(tooLong('data', profile.tooLongWording, OBJECT_MAX_BYTES));
	const rule = Object.hasOwn(TYPE_RULES, state.type) ? TYPE_RULES[state.type] : undefined;
	if (rule !== undefined) errors.push(...rule(state));
}

function addConfigMapErrors(errors: FieldError[], { data, binaryData }: ObjectState<Content>, profile: ValidationProfile): void {
	addKeyErrors(errors, 'data', data, binaryData);
	addKeyErrors(errors, 'binaryData', binaryData, {});
	// The error is about the whole object; its empty path is written as brackets.
	if (totalLength(data) + totalLength(binaryData) > OBJECT_MAX_BYTES) {
		errors.push(tooLong('[]', profile.tooLongWording, OBJECT_MAX_BYTES));
	}
}

/** Rules that the kind's strategy checks on every write. */
function writeErrors(submission: Submission, profile: ValidationProfile): FieldError[] {
	const { state } = submission;
	const errors = metadataErrors(checkedMetadata(submission), profile);
	if (state.kind === 'Secret') addSecretErrors(errors, state, profile);
	else addConfigMapErrors(errors, state, profile);
	return errors;
}

/** True when both maps have the same keys with the same values, in any order. */
export function sameContents(left: Readonly<Record<string, Content>>, right: Readonly<Record<string, Content>>): boolean {
	const keys = Object.keys(left);
	if (keys.length !== Object.keys(right).length) return false;
	return keys.every((key) => Object.hasOwn(right, key) && left[key]?.fingerprint === right[key]?.fingerprint);
}

function immutableErrors(submission: Submission, old: ObjectState<Content>): FieldError[] {
	if (old.immutable !== true) return [];
	const { state, explicitEmpty } = submission;
	const errors: FieldError[] = [];
	if (state.immutable !== true) errors.push(forbidden('immutable', IMMUTABLE_TEXT));
	const changed = (field: 'data' | 'binaryData') => {
		// A ConfigMap without data is given an empty map when it is decoded, a Secret is not.
		const defaulted = state.kind === 'ConfigMap' && field === 'data';
		const madeEmpty = !defaulted && explicitEmpty?.[field] === true && Object.keys(old[field]).length === 0;
		return madeEmpty || !sameContents(state[field], old[field]);
	};
	if (changed('data')) errors.push(forbidden('data', IMMUTABLE_TEXT));
	if (state.kind === 'ConfigMap' && changed('binaryData')) errors.push(forbidden('binaryData', IMMUTABLE_TEXT));
	return errors;
}

/** The rules that a new object violates, in the order of the API server; empty: it is accepted. */
export function createErrors(submission: Submission, profile: ValidationProfile): FieldError[] {
	return writeErrors(submission, profile);
}

/** The rules of the kind that a changed object violates, without those that every kind obeys. */
export function updateErrors(submission: Submission, old: Submission, profile: ValidationProfile): FieldError[] {
	const { state } = submission;
	const typeChanged = state.kind === 'Secret' && state.type !== old.state.type;
	return [
		...metadataChangeErrors(checkedMetadata(submission), checkedMetadata(old), profile),
		...(typeChanged ? [invalid('type', state.type, 'field is immutable', goJsonString(state.type))] : []),
		...immutableErrors(submission, old.state),
		...writeErrors(submission, profile),
	];
}

/** The error for a create, or undefined when it is accepted. */
export function validateCreate(submission: Submission, profile: ValidationProfile): ApiError | undefined {
	const errors = createErrors(submission, profile);
	return errors.length === 0 ? undefined : invalidObject(submission.state.kind, submission.state.name, errors);
}

/** The error for an update of a stored object, or undefined when it is accepted. */
export function validateUpdate(submission: Submission, old: Submission, profile: ValidationProfile): ApiError | undefined {
	const common = commonUpdateErrors(checkedMetadata(submission), checkedMetadata(old), profile);
	const errors = [...common, ...updateErrors(submission, old, profile)];
	return errors.length === 0 ? undefined : invalidObject(submission.state.kind, submission.state.name, errors);
}
