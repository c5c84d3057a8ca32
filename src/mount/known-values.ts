// Values for contents of the model, which knows lengths and fingerprints only. What the manifests and actions of a scenario
// spell out is found by its fingerprint; what the model draws at random gets made-up text of the same length.

import { decodeBase64 } from '../kubernetes/base64.js';
import { type Content, contentOf } from '../kubernetes/content.js';
import type { ObjectState } from '../kubernetes/objects.js';
import { SecretBytes } from '../kubernetes/secret-bytes.js';

/** Bytes by content. */
export class KnownValues {
	readonly #byFingerprint = new Map<string, SecretBytes>();

	/** Learns every value of an object. */
	learnObject(state: ObjectState<SecretBytes>): void {
		for (const value of [...Object.values(state.data), ...Object.values(state.binaryData)]) this.#learn(value);
	}

	/** Learns the values that an action of a scenario file spells out; `action` is as it was parsed. */
	learnAction(action: unknown): void {
		if (typeof action !== 'object' || action === null) return;
		const fields = action as Readonly<Record<string, unknown>>;
		for (const field of ['stringData', 'data', 'binaryData']) {
			const values = fields[field];
			if (typeof values !== 'object' || values === null) continue;
			for (const value of Object.values(values)) {
				if (typeof value !== 'string') continue;
				this.#learn(SecretBytes.ofText(value));
				const decoded = decodeBase64(value);
				if ('bytes' in decoded) this.#learn(SecretBytes.copyOf(decoded.bytes));
			}
		}
	}

	/** The bytes that a content stands for, or as many made-up ones: letters that follow from the fingerprint. */
	bytesFor(content: Content): SecretBytes {
		const known = this.#byFingerprint.get(content.fingerprint);
		if (known && known.length === content.length) return known;
		return SecretBytes.ofText(content.fingerprint.repeat(Math.ceil(content.length / content.fingerprint.length)).slice(0, content.length));
	}

	/** An object of the model with values. */
	withValues(state: ObjectState<Content>): ObjectState<SecretBytes> {
		const fill = (values: Readonly<Record<string, Content>>): Record<string, SecretBytes> =>
			Object.fromEntries(Object.entries(values).map(([key, content]) => [key, this.bytesFor(content)]));
		return { ...state, data: fill(state.data), binaryData: fill(state.binaryData) };
	}

	#learn(value: SecretBytes): void {
		this.#byFingerprint.set(contentOf(value).fingerprint, value);
	}
}
