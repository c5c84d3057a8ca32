// The warnings that the API server sends with an accepted Secret: for the type kubernetes.io/tls, why certificate and key
// do not make a pair (A12). Works on real bytes at the edge and says nothing of them. Follows warningsForSecret of
// pkg/registry/core/secret/strategy.go and X509KeyPair of Go's crypto/tls. RSA keys and elliptic-curve keys that carry their
// public part are compared; of others (Ed25519, curve keys without it) only the kind is.

import type { ObjectState } from './objects.js';
import { DER, type DerValue, derValues, type PemBlock, pemBlocks, sequence } from './pem.js';

type KeyKind = 'rsa' | 'ec' | 'ed25519';

/** What is compared of a key: the modulus of RSA, the point of a curve; null when the private key does not say. */
interface PublicPart {
	readonly kind: KeyKind;
	readonly value: Uint8Array | null;
}

/** Object identifiers of the key kinds, as hexadecimal DER content. */
const KEY_KINDS: Readonly<Record<string, KeyKind>> = {
	'2a864886f70d010101': 'rsa',
	'2a8648ce3d0201': 'ec',
	'2b6570': 'ed25519',
};

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function keyKind(algorithm: DerValue | undefined): KeyKind | undefined {
	const oid = sequence(algorithm)?.[0];
	return oid?.tag === DER.oid ? KEY_KINDS[hex(oid.content)] : undefined;
}

/** The content of a BIT STRING of whole bytes. */
function bits(value: DerValue | undefined): Uint8Array | undefined {
	return value?.tag === DER.bitString && value.content[0] === 0 ? value.content.subarray(1) : undefined;
}

function certificateKey(bytes: Uint8Array): PublicPart | undefined {
	const signed = sequence(sequence(derValues(bytes)?.[0])?.[0]);
	if (signed === undefined) return undefined;
	// Serial, algorithm, issuer, validity and subject come before the key; a version may come before them.
	const info = sequence(signed[signed[0]?.tag === DER.context0 ? 6 : 5]);
	const kind = keyKind(info?.[0]);
	const key = bits(info?.[1]);
	if (kind === undefined || key === undefined) return undefined;
	if (kind !== 'rsa') return { kind, value: key };
	const modulus = sequence(derValues(key)?.[0])?.[0];
	return modulus?.tag === DER.integer ? { kind, value: modulus.content } : undefined;
}

function curveKey(parts: readonly DerValue[]): PublicPart {
	const wrapped = parts.find((part) => part.tag === DER.context1);
	const point = wrapped === undefined ? undefined : bits(derValues(wrapped.content)?.[0]);
	return { kind: 'ec', value: point ?? null };
}

function privateKey(bytes: Uint8Array): PublicPart | undefined {
	const parts = sequence(derValues(bytes)?.[0]);
	const [version, second, third] = parts ?? [];
	if (parts === undefined || version?.tag !== DER.integer) return undefined;
	if (second?.tag === DER.integer && third?.tag === DER.integer) return { kind: 'rsa', value: second.content };
	if (second?.tag === DER.octetString) return curveKey(parts);
	const kind = keyKind(second);
	if (kind === undefined || third?.tag !== DER.octetString) return undefined;
	if (kind === 'ed25519') return { kind, value: null };
	const inner = sequence(derValues(third.content)?.[0]);
	if (inner === undefined) return undefined;
	if (kind === 'ec') return curveKey(inner);
	return inner[1]?.tag === DER.integer ? { kind, value: inner[1].content } : undefined;
}

function types(blocks: readonly PemBlock[]): string {
	return `[${blocks.map((block) => block.type).join(' ')}]`;
}

function noCertificate(blocks: readonly PemBlock[]): string {
	if (blocks.length === 0) return 'tls: failed to find any PEM data in certificate input';
	if (blocks.length === 1 && blocks[0]?.type.endsWith('PRIVATE KEY') === true) {
		return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
	}
	return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${types(blocks)}`;
}

function noKey(blocks: readonly PemBlock[]): string {
	if (blocks.length === 0) return 'tls: failed to find any PEM data in key input';
	if (blocks.length === 1 && blocks[0]?.type === 'CERTIFICATE')
		return 'tls: found a certificate rather than a key in the PEM for the private key';
	return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${types(blocks)}`;
}

/** Why a PEM certificate and a PEM key do not make a pair, in the words of Go's TLS library; undefined when they do. */
export function keyPairProblem(certificate: Uint8Array, key: Uint8Array): string | undefined {
	const certificateBlocks = pemBlocks(certificate);
	const leaf = certificateBlocks.find((block) => block.type === 'CERTIFICATE');
	if (leaf === undefined) return noCertificate(certificateBlocks);
	const keyBlocks = pemBlocks(key);
	const keyBlock = keyBlocks.find((block) => block.type === 'PRIVATE KEY' || block.type.endsWith(' PRIVATE KEY'));
	if (keyBlock === undefined) return noKey(keyBlocks);
	const publicPart = certificateKey(leaf.bytes);
	if (publicPart === undefined) return 'x509: malformed certificate';
	const privatePart = privateKey(keyBlock.bytes);
	if (privatePart === undefined) return 'tls: failed to parse private key';
	if (publicPart.kind !== privatePart.kind) return 'tls: private key type does not match public key type';
	if (privatePart.value === null || publicPart.value === null) return undefined;
	return hex(publicPart.value) === hex(privatePart.value) ? undefined : 'tls: private key does not match public key';
}

/** The warning headers of an accepted create or update. */
export function warningsFor(state: ObjectState<Uint8Array>): string[] {
	if (state.kind !== 'Secret' || state.type !== 'kubernetes.io/tls') return [];
	const empty = new Uint8Array(0);
	const problem = keyPairProblem(state.data['tls.crt'] ?? empty, state.data['tls.key'] ?? empty);
	return problem === undefined ? [] : [problem];
}
