// Conformance of MakePayload: the recorded calls of the real secret and configMap plugins against `buildPayload`.

import type { KeyToPath, ObjectKind, ObjectState, Volume } from '../../src/kubernetes/objects.js';
import { buildPayload, type PayloadContext } from '../../src/projection/payload.js';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { contentBytes, contentText, modeText, parseMode, RecordedObject, sequencesOf } from './recording.js';

/** Checks every line of a `payload` recording. */
export function payloadAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'payload')) {
		const fields = new RecordedObject(line, 'payload');
		const id = fields.string('id');
		fields.optionalString('note');
		const resource = fields.string('resource');
		if (resource !== 'secrets' && resource !== 'configmaps') throw new Error(`${id}: unknown resource ${resource}`);
		const volume = volumeOf(resource, fields);
		const state = stateOf(resource, fields);
		const recorded = { error: fields.take('error') ?? null, payload: fields.take('payload') ?? {} };
		fields.end();
		const ours = outcome(volume, state);
		tally.count(sameJson(ours, recorded) ? null : { id, input: line, recorded, ours });
	}
	return tally.agreement;
}

function outcome(volume: Volume, state: ObjectState<Uint8Array>): unknown {
	const result = buildPayload(volume, contextOf(state));
	if (result.kind === 'error') return { error: result.text, payload: {} };
	const payload = result.files.map(({ path, mode, content }) => [path, [modeText(mode), contentText(content)]] as const);
	return { error: null, payload: Object.fromEntries(payload) };
}

function volumeOf(resource: 'secrets' | 'configmaps', fields: RecordedObject): Volume {
	const defaultMode = fields.take('defaultMode');
	if (defaultMode !== null && typeof defaultMode !== 'string') throw new Error(`${fields.where}: defaultMode should be octal or null`);
	const selection = {
		items: fields.list('items').map(itemOf),
		...(defaultMode === null ? {} : { defaultMode: parseMode(defaultMode) }),
		optional: fields.boolean('optional'),
	};
	if (resource === 'secrets') return { name: 'v', secret: { secretName: 'o', ...selection } };
	return { name: 'v', configMap: { name: 'o', ...selection } };
}

function itemOf(item: unknown): KeyToPath {
	const fields = new RecordedObject(item, 'item');
	const mode = fields.optionalString('mode');
	const read = { key: fields.string('key'), path: fields.string('path'), ...(mode === undefined ? {} : { mode: parseMode(mode) }) };
	fields.end();
	return read;
}

function stateOf(resource: 'secrets' | 'configmaps', fields: RecordedObject): ObjectState<Uint8Array> {
	return {
		kind: resource === 'secrets' ? 'Secret' : 'ConfigMap',
		namespace: 'ns',
		name: 'o',
		labels: {},
		annotations: {},
		type: '',
		immutable: undefined,
		data: bytesOf(fields.strings('data')),
		binaryData: bytesOf(fields.strings('binaryData')),
	};
}

/** A map of recorded texts as bytes. */
export function bytesOf(texts: ReadonlyMap<string, string>): Record<string, Uint8Array> {
	return Object.fromEntries([...texts].map(([key, text]) => [key, contentBytes(text)]));
}

function contextOf(state: ObjectState<Uint8Array>): PayloadContext<Uint8Array> {
	return {
		read: (kind: ObjectKind) => (kind === state.kind ? { kind: 'found', state } : { kind: 'error', text: 'the wrong kind was read' }),
		empty: new Uint8Array(0),
		text: (value) => new TextEncoder().encode(value),
		token: () => ({ error: 'no token here' }),
		pod: { name: 'p', namespace: 'ns', uid: 'u', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined },
	};
}
