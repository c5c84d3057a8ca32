// Reads just enough of PEM and DER to tell whether a certificate and a private key belong together: the blocks of a PEM
// text and the nested values of a DER structure. Follows encoding/pem and the ASN.1 of RFC 5280, 5915, 5958 and 8017.

import { decodeBase64 } from './base64.js';

/** One `-----BEGIN type-----` block. */
export interface PemBlock {
	readonly type: string;
	readonly bytes: Uint8Array;
}

const BLOCK = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END \1-----[ \t\r]*(?=\n|$)/g;

/** The well-formed blocks of a PEM text, in order; everything else in it is passed over. */
export function pemBlocks(bytes: Uint8Array): PemBlock[] {
	const text = new TextDecoder('latin1').decode(bytes);
	const blocks: PemBlock[] = [];
	for (const [, type = '', body = ''] of text.matchAll(BLOCK)) {
		const lines = body.split('\n').filter((line) => !line.includes(':'));
		const decoded = decodeBase64(lines.join('').replace(/[ \t\r]/g, ''));
		if ('bytes' in decoded) blocks.push({ type, bytes: decoded.bytes });
	}
	return blocks;
}

/** One DER value: its tag byte and its content. */
export interface DerValue {
	readonly tag: number;
	readonly content: Uint8Array;
}

/** Tags of the values that certificates and keys are made of. */
export const DER = {
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	oid: 0x06,
	sequence: 0x30,
	context0: 0xa0,
	context1: 0xa1,
} as const;

/** The values that follow each other in some bytes; undefined when they are not DER. */
export function derValues(bytes: Uint8Array): DerValue[] | undefined {
	const values: DerValue[] = [];
	for (let at = 0; at < bytes.length; ) {
		const tag = bytes[at] as number;
		let length = bytes[at + 1];
		let start = at + 2;
		if (length === undefined) return undefined;
		if (length >= 0x80) {
			// The long form has the number of length bytes; four are enough for anything that fits a Secret.
			const count = length & 0x7f;
			if (count === 0 || count > 4) return undefined;
			length = 0;
			for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? Number.NaN);
			start += count;
		}
		if (!(start + length <= bytes.length)) return undefined;
		values.push({ tag, content: bytes.subarray(start, start + length) });
		at = start + length;
	}
	return values;
}

/** The values inside a SEQUENCE; undefined when the value is none. */
export function sequence(value: DerValue | undefined): DerValue[] | undefined {
	return value?.tag === DER.sequence ? derValues(value.content) : undefined;
}
