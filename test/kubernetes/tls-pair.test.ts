import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keyPairProblem } from '../../src/kubernetes/tls-pair.js';

const test = suite('TLS pairs');

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(type: string, bytes: Uint8Array): Buffer {
	const lines =
		Buffer.from(bytes)
			.toString('base64')
			.match(/.{1,64}/g) ?? [];
	return Buffer.from(`-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`);
}

/** The skeleton of a certificate around a public key: what comes before the key is there, the signature is not. */
function certificate(key: KeyObject, versioned = true): Buffer {
	const empty = der(0x30);
	const version = versioned ? [der(0xa0, der(0x02, Buffer.from([2])))] : [];
	const info = key.export({ type: 'spki', format: 'der' });
	return pem('CERTIFICATE', der(0x30, der(0x30, ...version, der(0x02, Buffer.from([1])), empty, empty, empty, empty, info)));
}

const pairs = {
	rsa: generateKeyPairSync('rsa', { modulusLength: 1024 }),
	otherRsa: generateKeyPairSync('rsa', { modulusLength: 1024 }),
	ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
	otherEc: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
	ed: generateKeyPairSync('ed25519'),
};

function keyPem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' = 'pkcs8'): Buffer {
	return Buffer.from(key.export({ type: type as 'pkcs8', format: 'pem' }));
}

test('pairs are recognised in every form of private key, with text around them', () => {
	assert.is(keyPairProblem(certificate(pairs.rsa.publicKey), keyPem(pairs.rsa.privateKey)), undefined);
	assert.is(keyPairProblem(certificate(pairs.rsa.publicKey, false), keyPem(pairs.rsa.privateKey, 'pkcs1')), undefined);
	assert.is(keyPairProblem(certificate(pairs.ec.publicKey), keyPem(pairs.ec.privateKey)), undefined);
	const noise = Buffer.concat([Buffer.from('a comment\r\n'), certificate(pairs.ec.publicKey), certificate(pairs.rsa.publicKey)]);
	assert.is(keyPairProblem(noise, keyPem(pairs.ec.privateKey, 'sec1')), undefined);
	assert.is(keyPairProblem(certificate(pairs.ed.publicKey), keyPem(pairs.ed.privateKey)), undefined);
});

test('pairs that do not belong together are named as Go names them', () => {
	const mismatch = 'tls: private key does not match public key';
	assert.is(keyPairProblem(certificate(pairs.rsa.publicKey), keyPem(pairs.otherRsa.privateKey)), mismatch);
	assert.is(keyPairProblem(certificate(pairs.ec.publicKey), keyPem(pairs.otherEc.privateKey, 'sec1')), mismatch);
	const kinds = 'tls: private key type does not match public key type';
	assert.is(keyPairProblem(certificate(pairs.rsa.publicKey), keyPem(pairs.ec.privateKey)), kinds);
	assert.is(keyPairProblem(certificate(pairs.ec.publicKey), keyPem(pairs.ed.privateKey)), kinds);
});

test('what is no certificate or no key is said', () => {
	const cert = certificate(pairs.ec.publicKey);
	const key = keyPem(pairs.ec.privateKey);
	const empty = Buffer.alloc(0);
	const table: readonly [Buffer, Buffer, string][] = [
		[empty, key, 'tls: failed to find any PEM data in certificate input'],
		[Buffer.from('x'), key, 'tls: failed to find any PEM data in certificate input'],
		[
			key,
			cert,
			'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
		],
		[
			pem('PUBLIC KEY', Buffer.from([0])),
			key,
			'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [PUBLIC KEY]',
		],
		[cert, empty, 'tls: failed to find any PEM data in key input'],
		[cert, cert, 'tls: found a certificate rather than a key in the PEM for the private key'],
		[
			cert,
			pem('EC PARAMETERS', Buffer.from([0])),
			'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [EC PARAMETERS]',
		],
		[pem('CERTIFICATE', Buffer.from([0x30, 0x84, 1])), key, 'x509: malformed certificate'],
		[cert, pem('PRIVATE KEY', Buffer.from([0x30, 0x01])), 'tls: failed to parse private key'],
	];
	for (const [one, two, expected] of table) assert.is(keyPairProblem(one, two), expected);
});

test.run();
