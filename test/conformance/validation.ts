// Conformance of the API server's validation: recorded creates and updates of Secrets and ConfigMaps against manifest
// reading, `validateCreate` and `validateUpdate` of version 1.36: decoder errors, violated rules, the whole Status with its
// causes, warnings, and the stored form.

import { encodeBase64 } from '../../src/kubernetes/base64.js';
import { type ApiError, type FieldError, fieldErrorText } from '../../src/kubernetes/field-error.js';
import { readManifest } from '../../src/kubernetes/manifest.js';
import { toContent } from '../../src/kubernetes/object-content.js';
import type { ObjectState } from '../../src/kubernetes/objects.js';
import type { ManifestProblem } from '../../src/kubernetes/problem.js';
import { warningsFor } from '../../src/kubernetes/tls-pair.js';
import { createErrors, type Submission, updateErrors, validateCreate, validateUpdate } from '../../src/kubernetes/validation.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { collapseTokens, expandTokens, RecordedObject, sequencesOf } from './recording.js';

const PROFILE = profileOf('1.36');
/** Longer values are recorded as a token for their one repeated character. */
const SHORT_BASE64 = 100;

interface Outcome {
	readonly decodeError?: string;
	readonly errors: readonly string[] | null;
	readonly message?: string;
	readonly code?: number;
	readonly reason?: string;
	readonly anyOrder?: boolean;
	readonly causes?: readonly unknown[];
	readonly warnings?: readonly string[];
	readonly stored?: unknown;
}

/** Checks every line of a `validation` recording. */
export function validationAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'validation')) {
		const fields = new RecordedObject(line, 'validation');
		const id = fields.string('id');
		fields.optionalString('note');
		const verb = fields.string('verb');
		const object = mapTexts(fields.take('object'), expandTokens);
		const old = mapTexts(fields.take('old'), expandTokens);
		if ((verb === 'update') !== (old !== undefined) || (verb !== 'create' && verb !== 'update'))
			throw new Error(`${id}: unknown verb ${verb}`);
		const recorded = recordedOutcome(fields);
		fields.end();
		const outcome = mapTexts(old === undefined ? create(object) : update(object, old), collapseTokens) as Outcome;
		// The recorded message sorts first among the orders seen; any order of the same parts is right.
		const ours = { ...outcome, ...sameParts(outcome, recorded) };
		tally.count(sameJson(ours, recorded) ? null : { id, input: { object, old }, recorded, ours });
	}
	return tally.agreement;
}

function recordedOutcome(fields: RecordedObject): Outcome {
	const outcome: Record<string, unknown> = { errors: fields.take('errors') };
	for (const name of ['decodeError', 'message', 'code', 'reason', 'anyOrder', 'causes', 'warnings', 'stored']) {
		if (fields.has(name)) outcome[name] = fields.take(name);
	}
	return outcome as unknown as Outcome;
}

function sameParts(ours: Outcome, recorded: Outcome): Pick<Outcome, 'message'> | undefined {
	if (ours.anyOrder !== true || recorded.message === undefined || ours.message?.length !== recorded.message.length) return undefined;
	const parts = (ours.causes ?? []).map((cause) => {
		const { field, message } = cause as { field: string; message: string };
		return `${field}: ${message}`;
	});
	return parts.every((part) => recorded.message?.includes(part)) ? { message: recorded.message } : undefined;
}

/** Changes every text of a JSON value, keys included. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
	if (typeof value === 'string') return change(value);
	if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]));
}

interface Read {
	readonly bytes: ObjectState<Uint8Array>;
	readonly submission: Submission;
}

function read(value: unknown): Read | string {
	const problems: ManifestProblem[] = [];
	const manifest = readManifest(value, (problem) => problems.push(problem));
	const decoderText = problems.find((problem) => problem.decoderText !== undefined)?.decoderText;
	if (decoderText !== undefined) return decoderText;
	if (manifest.kind !== 'object') throw new Error(`a recorded object was read as ${manifest.kind}`);
	const { metadata, data, binaryData } = value as Record<string, Record<string, unknown>>;
	const empty = (map: unknown) => typeof map === 'object' && map !== null && Object.keys(map).length === 0;
	const submission: Submission = {
		state: toContent(manifest.object),
		...(metadata?.['uid'] === undefined ? {} : { uid: metadata['uid'] as string }),
		...(metadata?.['finalizers'] === undefined ? {} : { finalizers: metadata['finalizers'] as string[] }),
		explicitEmpty: { data: empty(data), binaryData: empty(binaryData) },
	};
	return { bytes: manifest.object, submission };
}

function create(value: unknown): Outcome {
	const object = read(value);
	if (typeof object === 'string') return { decodeError: object, errors: null };
	return outcomeOf(object, createErrors(object.submission, PROFILE), validateCreate(object.submission, PROFILE));
}

function update(value: unknown, oldValue: unknown): Outcome {
	const object = read(value);
	const old = read(oldValue);
	if (typeof object === 'string') return { decodeError: object, errors: null };
	if (typeof old === 'string') throw new Error(`the stored object of an update cannot be decoded: ${old}`);
	const errors = updateErrors(object.submission, old.submission, PROFILE);
	return outcomeOf(object, errors, validateUpdate(object.submission, old.submission, PROFILE));
}

function outcomeOf(object: Read, strategyErrors: readonly FieldError[], error: ApiError | undefined): Outcome {
	const errors = strategyErrors.map(fieldErrorText).sort(byBytes);
	if (error === undefined) {
		const warnings = warningsFor(object.bytes);
		return { errors, stored: storedForm(object.bytes), ...(warnings.length === 0 ? {} : { warnings }) };
	}
	const causes = error.causes
		.map(({ type, field, body }) => ({ type, field, message: body }))
		.sort((a, b) => byBytes(a.field + a.message, b.field + b.message));
	const { message, code, reason } = error;
	return { errors, message, code, reason, causes, ...(error.anyOrder ? { anyOrder: true } : {}) };
}

function byBytes(left: string, right: string): number {
	return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function storedForm(state: ObjectState<Uint8Array>): unknown {
	const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
	const maps = [
		['data', state.data, state.kind === 'Secret' ? shortBase64 : text],
		['binaryData', state.binaryData, shortBase64],
	] as const;
	const stored: Record<string, unknown> = state.kind === 'Secret' ? { type: state.type } : {};
	for (const [name, values, write] of maps) {
		const entries = Object.entries(values);
		if (entries.length > 0) stored[name] = Object.fromEntries(entries.map(([key, bytes]) => [key, write(bytes)]));
	}
	if (state.immutable !== undefined) stored['immutable'] = state.immutable;
	return stored;
}

function shortBase64(bytes: Uint8Array): string {
	const encoded = encodeBase64(bytes);
	if (encoded.length < SHORT_BASE64 || !bytes.every((byte) => byte === bytes[0])) return encoded;
	return `{{base64:${String.fromCharCode(bytes[0] as number)}*${bytes.length}}}`;
}
