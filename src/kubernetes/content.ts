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
