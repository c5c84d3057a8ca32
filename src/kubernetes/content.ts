// What the model knows of a value: its length and a fingerprint, never the bytes. Plans, partials, results and traces
// carry `Content` only, so no secret value can reach an output through them. Real bytes live at the edge, in SecretBytes.

import { fingerprint } from '../core/random.js';

/** One value of a Secret or ConfigMap, or one projected file, as the model sees it. */
export interface Content {
	/** Length in bytes of the value itself (decoded, not base64). */
	readonly length: number;
	/** Tells values apart: equal bytes have equal fingerprints. 32 hexadecimal digits. */
	readonly fingerprint: string;
	/**
	 * Why the value is not a JSON object, in the words of the API server's decoder; absent when it is one or when nobody
	 * asked. Only the types `kubernetes.io/dockercfg` and `kubernetes.io/dockerconfigjson` ask (A12).
	 */
	readonly jsonObjectError?: string;
}

/** The {@link Content} of some bytes. */
export function contentOf(bytes: Uint8Array): Content {
	return { length: bytes.length, fingerprint: fingerprint(bytes) };
}

/** The content of an empty value. */
export const EMPTY_CONTENT: Content = contentOf(new Uint8Array(0));

/** UTF-8 of a string without an encoder of the platform. */
function utf8(text: string): Uint8Array {
	const bytes: number[] = [];
	for (const character of text) {
		const point = character.codePointAt(0) as number;
		if (point < 0x80) bytes.push(point);
		else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
		else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
		else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
	}
	return Uint8Array.from(bytes);
}

/** The {@link Content} of a text's UTF-8 bytes. */
export function contentOfText(text: string): Content {
	return contentOf(utf8(text));
}
