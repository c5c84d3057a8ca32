// The value of a key of a Secret or ConfigMap at the edge of the program, where files are read and written. It is an array
// of bytes for whoever works on it, but every way in which values slip into logs, results and error messages (String(),
// template literals, JSON, util.inspect) shows only a length and a short digest. The model itself sees `Content` only.

import { fingerprint } from '../core/random.js';

/** node:util's protocol for printing, by its public registry key, so that nothing of node is imported. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

const DIGEST_LETTERS = 8;

/** Bytes that do not show themselves. Slices of it do not either. Structured cloning makes plain bytes of it again. */
export class SecretBytes extends Uint8Array {
	/** A copy of some bytes. */
	static copyOf(bytes: Uint8Array): SecretBytes {
		const copy = new SecretBytes(bytes.length);
		copy.set(bytes);
		return copy;
	}

	/** The UTF-8 bytes of a text. */
	static ofText(text: string): SecretBytes {
		return SecretBytes.copyOf(new TextEncoder().encode(text));
	}

	/** What may be shown: `<12 bytes, 3f2a9c01>`. Equal values have equal digests. */
	get summary(): string {
		return `<${this.length} bytes, ${fingerprint(this).slice(0, DIGEST_LETTERS)}>`;
	}

	override toString(): string {
		return this.summary;
	}

	override toLocaleString(): string {
		return this.summary;
	}

	/** JSON.stringify sees the summary only. */
	toJSON(): string {
		return this.summary;
	}

	override join(_separator?: string): string {
		return this.summary;
	}

	static {
		Object.defineProperty(SecretBytes.prototype, INSPECT, {
			value(this: SecretBytes): string {
				return this.summary;
			},
		});
	}
}
