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
	let sum = 0;
	for (const key of Object.keys(texts)) sum += entryBytes(utf8Length(key), utf8Length(texts[key] as string));
	return sum;
}

function valueBytes(values: Readonly<Record<string, Content>>): number {
	let sum = 0;
	for (const key of Object.keys(values)) sum += entryBytes(utf8Length(key), (values[key] as Content).length);
	return sum;
}

/** Bytes of the names of some entries in managedFields. */
function managedBytes(entries: Readonly<Record<string, unknown>>): number {
	let sum = 0;
	for (const key of Object.keys(entries)) sum += utf8Length(key) + MANAGED_KEY_BYTES;
	return sum;
}

/** Size of an object in a response or watch event, bytes, without the framing of the event itself. */
export function wireBytes({ kind, namespace, name, labels, annotations, data, binaryData, type, immutable }: ObjectState): number {
	const managed = MANAGER_BYTES + managedBytes(labels) + managedBytes(annotations) + managedBytes(data) + managedBytes(binaryData);
	const metadata =
		fieldBytes(name.length) +
		fieldBytes(namespace.length) +
		IDENTITY_BYTES +
		textBytes(labels) +
		textBytes(annotations) +
		fieldBytes(managed);
	const typeBytes = kind === 'Secret' ? fieldBytes(type.length) : 0;
	const immutableBytes = immutable === undefined ? 0 : 2;
	return ENVELOPE_BYTES + fieldBytes(metadata) + valueBytes(data) + valueBytes(binaryData) + typeBytes + immutableBytes;
}
