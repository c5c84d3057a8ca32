// How many bytes an object has in a response to a kubelet, which negotiates protobuf: values are raw, not base64 (A3.9).
// The arithmetic of names, labels, annotations and values is that of the wire format; what the model does not keep of the
// metadata (uid, time stamps, managedFields) is an estimate. Follows staging/src/k8s.io/api/core/v1/generated.proto.

import type { Content } from '../kubernetes/content.js';
import { utf8Length } from '../kubernetes/name-rules.js';
import type { ObjectState } from '../kubernetes/objects.js';

/** Magic number, type meta and envelope around every object. */
const ENVELOPE_BYTES = 22;
/** uid (36 characters), resourceVersion and creationTimestamp with their tags. */
const IDENTITY_BYTES = 60;
/** One managedFields entry without the keys that it lists: manager, operation, time, the JSON around the fields. An estimate. */
const MANAGER_BYTES = 150;
/** A key in managedFields: `"f:key":{},` without the key. */
const MANAGED_KEY_BYTES = 8;

function varintBytes(value: number): number {
	let bytes = 1;
	for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
	return bytes;
}

/** A field of `length` bytes with its tag and its length in front. */
function fieldBytes(length: number): number {
	return 1 + varintBytes(length) + length;
}

function entryBytes(keyLength: number, valueLength: number): number {
	return fieldBytes(fieldBytes(keyLength) + fieldBytes(valueLength));
}

function textBytes(texts: Readonly<Record<string, string>>): number {
	return Object.entries(texts).reduce((sum, [key, value]) => sum + entryBytes(utf8Length(key), utf8Length(value)), 0);
}

function valueBytes(values: Readonly<Record<string, Content>>): number {
	return Object.entries(values).reduce((sum, [key, { length }]) => sum + entryBytes(utf8Length(key), length), 0);
}

/** Size of an object in a response or watch event, bytes, without the framing of the event itself. */
export function wireBytes(state: ObjectState): number {
	const keys = [state.labels, state.annotations, state.data, state.binaryData].flatMap((entries) => Object.keys(entries));
	const managed = keys.reduce((sum, key) => sum + utf8Length(key) + MANAGED_KEY_BYTES, MANAGER_BYTES);
	const metadata =
		fieldBytes(state.name.length) +
		fieldBytes(state.namespace.length) +
		IDENTITY_BYTES +
		textBytes(state.labels) +
		textBytes(state.annotations) +
		fieldBytes(managed);
	const type = state.kind === 'Secret' ? fieldBytes(state.type.length) : 0;
	const immutable = state.immutable === undefined ? 0 : 2;
	return ENVELOPE_BYTES + fieldBytes(metadata) + valueBytes(state.data) + valueBytes(state.binaryData) + type + immutable;
}
