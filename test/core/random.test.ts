// Statistics of the keyed draws, and vectors that pin every stream. A change of a vector changes every result that anyone
// has ever published with this program, so it needs a major version and a new name of the algorithm.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
	draw,
	drawInteger,
	drawLanes,
	fingerprint,
	keyPrefix,
	RANDOM_ALGORITHM,
	type StreamKey,
	StreamName,
	streamKey,
} from '../../src/core/random.js';

const KEYS: readonly (readonly [() => StreamKey, number, number])[] = [
	[() => streamKey(0), 0x70937b52, 0xf3f4cf88],
	[() => streamKey(1), 0x56d0207a, 0x92c4536e],
	[() => streamKey(Number.MAX_SAFE_INTEGER), 0x74a235e6, 0xe4a2b6cf],
	[() => streamKey(1, 'a'), 0xee74183d, 0x578ecdd3],
	[() => streamKey(1, 'ab', 'c'), 0x8b610771, 0xc2fa9ab9],
	[() => streamKey(1, 'a', 'bc'), 0x97bf960d, 0x00fb1efe],
	[() => streamKey(1, 0), 0x198865c2, 0xa2dbc429],
	[() => streamKey(1, 2 ** 32), 0x8df9d6fa, 0x4c6683ca],
	[() => streamKey(1, 'resync', 'default/web-0', 0), 0x1b1277f1, 0x03089aab],
	[() => streamKey(streamKey(1, 'node-1'), 'pod'), 0x3aeeeda8, 0x2afe4cc6],
	[() => streamKey(1, 'gr\u00fc\u00dfe'), 0xb2c5085e, 0x6207ce77],
];

const DRAWS = [
	0.0227449842555858, 0.6803843862635004, 0.20052854020373534, 0.4250782641095301, 0.7808375258671448, 0.21030172275513304,
	0.3917713598668847,
];

const FINGERPRINTS = [
	'07e80c5a9c07edb658f45b732a93c7b1',
	'a7e5cee6f24571e1266d8ac587ff9748',
	'b08605438963136e83fed85425250a67',
	'dd01c441300bd8dc978ac6850a04a749',
];

const noreg = suite('random streams never change without a new name');

noreg('algorithm name', () => {
	assert.is(RANDOM_ALGORITHM, 'secretsim-key/1');
});

noreg('keys', () => {
	assert.equal(
		KEYS.map(([key]) => key()),
		KEYS.map(([, a, b]) => ({ a, b })),
	);
});

noreg('draws', () => {
	const key = streamKey(1, 'resync', 'default/web-0', 0);
	assert.equal(
		[0, 1, 2, 3, 1000, 2 ** 31, 2 ** 32 - 1].map((ordinal) => draw(key, ordinal)),
		DRAWS,
	);
});

noreg('fingerprints', () => {
	const encoder = new TextEncoder();
	assert.equal(
		['', 'a', 'abcd', 'hunter2hunter2'].map((text) => fingerprint(encoder.encode(text))),
		FINGERPRINTS,
	);
});

noreg.run();

/** Pearson's statistic of counts against equal expectations, as standard deviations from its mean (about normal). */
function chiSquareDeviations(counts: ArrayLike<number>, total: number): number {
	const expected = total / counts.length;
	let chi = 0;
	for (let i = 0; i < counts.length; i++) chi += ((counts[i] as number) - expected) ** 2 / expected;
	const freedom = counts.length - 1;
	return (chi - freedom) / Math.sqrt(2 * freedom);
}

/** Throws if pairs of draws, put into a square of 16 x 16 cells, are not evenly spread. */
function assertIndependent(pairs: number, pair: (i: number) => readonly [number, number], what: string): void {
	const cells = new Uint32Array(256);
	for (let i = 0; i < pairs; i++) {
		const [x, y] = pair(i);
		const cell = Math.floor(x * 16) * 16 + Math.floor(y * 16);
		cells[cell] = (cells[cell] as number) + 1;
	}
	const deviations = chiSquareDeviations(cells, pairs);
	assert.ok(Math.abs(deviations) < 5, `${what}: chi-square is ${deviations.toFixed(1)} deviations off`);
}

const laws = suite('random draws');

laws('one stream is uniform, in its high and in its low bits', () => {
	for (const name of ['resync', 'watchLatency', '']) {
		const key = streamKey(7, name);
		const high = new Uint32Array(1000);
		const low = new Uint32Array(1000);
		for (let i = 0; i < 200_000; i++) {
			const x = draw(key, i);
			assert.ok(x >= 0 && x < 1);
			const fine = (x * 1_000_000) % 1;
			high[Math.floor(x * 1000)] = (high[Math.floor(x * 1000)] as number) + 1;
			low[Math.floor(fine * 1000)] = (low[Math.floor(fine * 1000)] as number) + 1;
		}
		assert.ok(Math.abs(chiSquareDeviations(high, 200_000)) < 5, `high bits of ${name}`);
		assert.ok(Math.abs(chiSquareDeviations(low, 200_000)) < 5, `low bits of ${name}`);
	}
});

laws('the first draws of many streams are uniform', () => {
	const counts = new Uint32Array(500);
	for (let i = 0; i < 100_000; i++) {
		const cell = Math.floor(draw(streamKey(1, 'resync', `default/web-${i}`, 0), 0) * 500);
		counts[cell] = (counts[cell] as number) + 1;
	}
	assert.ok(Math.abs(chiSquareDeviations(counts, 100_000)) < 5);
});

laws('neighbours are independent: ordinals, names, seeds, replications, purposes', () => {
	const pairs = 50_000;
	const key = streamKey(3, 'x');
	assertIndependent(pairs, (i) => [draw(key, i), draw(key, i + 1)], 'ordinals one apart');
	assertIndependent(pairs, (i) => [draw(key, i), draw(key, i + 256)], 'ordinals 256 apart');
	assertIndependent(pairs, (i) => [draw(streamKey(3, 'pod', `web-${i}`), 0), draw(streamKey(3, 'pod', `web-${i + 1}`), 0)], 'names');
	assertIndependent(pairs, (i) => [draw(streamKey(i, 'pod'), 5), draw(streamKey(i + 1, 'pod'), 5)], 'seeds');
	assertIndependent(pairs, (i) => [draw(streamKey(1, i, 'pod'), 5), draw(streamKey(1, i + 1, 'pod'), 5)], 'replications');
	assertIndependent(pairs, (i) => [draw(streamKey(1, 'request', i), 0), draw(streamKey(1, 'resync', i), 0)], 'purposes');
	assertIndependent(pairs, (i) => [draw(streamKey(1, 'pod', i), 0), draw(streamKey(1, 'pod', i), 1)], 'first and second draw');
});

laws('flipping one bit of seed or ordinal flips each of the 53 result bits half of the time', () => {
	const trials = 4000;
	const inputs: readonly [string, (value: number) => number][] = [
		['seed', (value) => draw(streamKey(value, 'avalanche'), 9)],
		['number in the key', (value) => draw(streamKey(5, 'avalanche', value), 9)],
		['ordinal', (value) => draw(streamKey(5, 'avalanche'), value)],
	];
	for (const [what, output] of inputs) {
		const flips = new Uint32Array(53);
		for (let trial = 0; trial < trials; trial++) {
			const value = Math.floor(draw(streamKey(11, 'input'), trial) * 2 ** 32);
			const flipped = (value ^ (1 << (trial % 32))) >>> 0;
			let difference = BigInt(output(value) * 2 ** 53) ^ BigInt(output(flipped) * 2 ** 53);
			for (let bit = 0; bit < 53; bit++, difference >>= 1n) if (difference & 1n) flips[bit] = (flips[bit] as number) + 1;
		}
		// Five standard deviations of a fair coin.
		const allowed = 5 * Math.sqrt(trials / 4);
		flips.forEach((count, bit) =>
			assert.ok(Math.abs(count - trials / 2) < allowed, `${what}: bit ${bit} flips ${count} of ${trials} times`),
		);
	}
});

laws('the bounds of parts belong to a key', () => {
	const text = fc.string({ maxLength: 6 });
	const parts = fc.array(fc.oneof(text, fc.nat()), { maxLength: 4 });
	fc.assert(
		fc.property(parts, parts, (first, second) => {
			const same = JSON.stringify(first) === JSON.stringify(second);
			const a = streamKey(1, ...first);
			const b = streamKey(1, ...second);
			assert.is(a.a === b.a && a.b === b.b, same);
		}),
		{
			seed: 4,
			numRuns: 3000,
			examples: [
				[
					['ab', 'c'],
					['a', 'bc'],
				],
				[['1'], [1]],
				[[''], []],
				[['a'], ['a\0']],
			],
		},
	);
});

laws('a million keys of neighbouring names do not collide', () => {
	const seen = new Set<number>();
	for (let i = 0; i < 1_000_000; i++) {
		const key = streamKey(1, 'pod', i);
		// 53 of the 64 bits: a collision among 10^6 of them has a chance of 6e-5.
		seen.add((key.a >>> 0) * 2 ** 21 + (key.b >>> 11));
	}
	assert.is(seen.size, 1_000_000);
});

laws('a key derived in two steps differs from its parent and from its siblings', () => {
	const parent = streamKey(1, 'node-1');
	const keys = [parent, streamKey(parent, 'pod-1'), streamKey(parent, 'pod-2'), streamKey(streamKey(1, 'node-2'), 'pod-1')];
	assert.is(new Set(keys.map((key) => `${key.a}/${key.b}`)).size, keys.length);
});

laws('draw and drawLanes are the same', () => {
	const key: StreamKey = streamKey(99, 'lanes');
	for (let i = 0; i < 100; i++) assert.is(drawLanes(key.a, key.b, i), draw(key, i));
});

laws('an integer is the whole draw scaled, also where half a draw does not say it', () => {
	const key = streamKey(8, 'half');
	for (const choices of [1, 2, 3, 6_001, 30_000, 2 ** 20, 2 ** 25 + 1, 2 ** 26, 2 ** 26 + 1, 2 ** 31, 3 * 2 ** 40]) {
		for (let i = 0; i < 20_000; i++) assert.is(drawInteger(key, i, 5, 4 + choices), 5 + Math.floor(draw(key, i) * choices));
	}
});

laws('a name that is read once gives the keys that its parts give, under any prefix and with a number behind it', () => {
	const stream = new StreamName();
	const lanes = ({ a, b }: StreamKey): number[] => [a | 0, b | 0];
	const text = fc.string({ maxLength: 70 });
	fc.assert(
		fc.property(text, text, fc.array(fc.oneof(text, fc.nat()), { maxLength: 3 }), fc.maxSafeNat(), (before, name, parts, last) => {
			// What is kept of the beginning must not depend on the name before.
			stream.read(String(last), before);
			stream.read(name, before);
			for (const parent of [7, streamKey(7, 'node')]) {
				stream.under(keyPrefix(parent, ...parts));
				assert.equal(lanes(stream), lanes(streamKey(parent, ...parts, before + name)));
				stream.underWithNumber(keyPrefix(parent, ...parts), last);
				assert.equal(lanes(stream), lanes(streamKey(parent, ...parts, before + name, last)));
				stream.beginUnder(keyPrefix(parent, ...parts));
				assert.equal({ a: stream.a, b: stream.b }, keyPrefix(parent, ...parts, before + name));
			}
		}),
		{ seed: 6, numRuns: 2000 },
	);
});

laws('integers cover their range evenly, both ends included', () => {
	const key = streamKey(2, 'integer');
	const counts = new Uint32Array(30);
	for (let i = 0; i < 60_000; i++) {
		const value = drawInteger(key, i, 61, 90);
		assert.ok(Number.isInteger(value) && value >= 61 && value <= 90);
		counts[value - 61] = (counts[value - 61] as number) + 1;
	}
	assert.ok(Math.abs(chiSquareDeviations(counts, 60_000)) < 5);
	assert.is(drawInteger(key, 0, 8, 8), 8);
});

laws('fingerprints of all short byte strings differ', () => {
	const seen = new Set<string>([fingerprint(new Uint8Array())]);
	let made = 1;
	for (let i = 0; i < 256; i++) {
		for (const bytes of [[i], [0, i], [i, 0, 0], [i, 0, 0, 0, 0]]) {
			if (bytes.length === 2 && i === 0) continue;
			seen.add(fingerprint(Uint8Array.from(bytes)));
			made++;
		}
		for (let j = 0; j < 256; j++) {
			if (i === 0) continue;
			seen.add(fingerprint(Uint8Array.from([i, j, 9])));
			made++;
		}
	}
	assert.is(seen.size, made);
});

laws('one flipped bit changes a fingerprint in all of its four words', () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), (bytes, where) => {
			const other = bytes.slice();
			const bit = where % (bytes.length * 8);
			other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
			const [x, y] = [fingerprint(bytes), fingerprint(other)];
			for (let word = 0; word < 4; word++) assert.is.not(x.slice(word * 8, word * 8 + 8), y.slice(word * 8, word * 8 + 8));
		}),
		{ seed: 5, numRuns: 2000 },
	);
});

laws.run();
