// Keyed random numbers: every draw is a pure function of (seed, replication, purpose, stable name, ordinal) and of
// nothing else, so that changing one setting leaves every other draw as it was. Algorithm "secretsim-key/1":
// each part is absorbed with its length in front into two 32-bit lanes (MurmurHash3's mixing steps by Austin Appleby,
// public domain), a draw mixes the lanes with the ordinal. Integer arithmetic only: the same bits in every JavaScript
// engine. Test vectors are in test/core/random.test.ts; changing a stream is a major change of the program.

/** The name of the algorithm, written into every result. */
export const RANDOM_ALGORITHM = 'secretsim-key/1';

/** A position in the space of random streams: two unsigned 32-bit lanes. */
export interface StreamKey {
	readonly a: number;
	readonly b: number;
}

function finalMix(input: number): number {
	let h = input ^ (input >>> 16);
	h = Math.imul(h, 0x85ebca6b);
	h ^= h >>> 13;
	h = Math.imul(h, 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

const MULTIPLIER_A = 0x1b873593;
const MULTIPLIER_B = 0x38b34ae5;
/** A number is absorbed as this word and two of its own; a name as a word made of this and its length, and its UTF-16 units in pairs. */
const NUMBER_WORD = 0x4e000008;
const NAME_WORD = 0x53000000;

/** A word as a lane takes it in. */
function mixedWord(word: number, multiplier: number): number {
	const k = Math.imul(word, 0xcc9e2d51);
	return Math.imul((k << 15) | (k >>> 17), multiplier);
}

function takeIn(lane: number, mixed: number): number {
	const h = lane ^ mixed;
	return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function absorb(lane: number, word: number, multiplier: number): number {
	return takeIn(lane, mixedWord(word, multiplier));
}

function absorbNumber(lane: number, value: number, multiplier: number): number {
	const low = value >>> 0;
	const high = Math.floor(value / 0x1_0000_0000) >>> 0;
	return absorb(absorb(absorb(lane, NUMBER_WORD, multiplier), low, multiplier), high, multiplier);
}

function finishedA(a: number, b: number): number {
	return finalMix(a ^ Math.imul(b, 0x9e3779b1));
}

function finishedB(a: number, b: number): number {
	return finalMix(b ^ Math.imul(a, 0x85ebca77));
}

/** What keys have in common whose first parts are the same: two signed lanes that more parts are absorbed into. A finished key is one as well. */
export interface KeyPrefix {
	readonly a: number;
	readonly b: number;
}

/** The first parts of keys. @param parent as of {@link streamKey}. @param parts likewise: more follow them. */
export function keyPrefix(parent: StreamKey | number, ...parts: readonly (string | number)[]): KeyPrefix {
	let a: number;
	let b: number;
	if (typeof parent === 'number') {
		a = absorb(0x2545f491, parent >>> 0, MULTIPLIER_A);
		b = absorb(0x7f4a7c15, Math.floor(parent / 0x1_0000_0000) >>> 0, MULTIPLIER_B);
		b = absorb(b, parent >>> 0, MULTIPLIER_B);
	} else {
		a = parent.a | 0;
		b = parent.b | 0;
	}
	for (const part of parts) {
		if (typeof part === 'number') {
			a = absorbNumber(a, part, MULTIPLIER_A);
			b = absorbNumber(b, part, MULTIPLIER_B);
			continue;
		}
		a = absorb(a, NAME_WORD ^ part.length, MULTIPLIER_A);
		b = absorb(b, NAME_WORD ^ part.length, MULTIPLIER_B);
		for (let i = 0; i < part.length; i += 2) {
			const word = part.charCodeAt(i) | ((i + 1 < part.length ? part.charCodeAt(i + 1) : 0) << 16);
			a = absorb(a, word, MULTIPLIER_A);
			b = absorb(b, word, MULTIPLIER_B);
		}
	}
	return { a, b };
}

/**
 * The key of a stream.
 *
 * @param parent the stream it is derived from, or a seed (a safe integer >= 0).
 * @param parts names and numbers; each is absorbed with its kind and length in front, so `('ab','c')` and `('a','bc')`
 *   are different streams. Numbers are absorbed as 64-bit integers.
 */
export function streamKey(parent: StreamKey | number, ...parts: readonly (string | number)[]): StreamKey {
	const { a, b } = keyPrefix(parent, ...parts);
	return { a: finishedA(a, b), b: finishedB(a, b) };
}

/**
 * A name that is the last part of several keys, or the last but a number: it is read once, and keys of one name after the other leave
 * nothing behind. A fleet derives a million keys.
 */
export class StreamName {
	/** Lanes of the key that was derived last, signed. */
	a = 0;
	b = 0;
	/**
	 * The words of the name as each lane takes them in; the first one is its length. Plain lists: a typed array costs more to make than a
	 * short name costs to read.
	 */
	readonly #mixedA: number[] = [];
	readonly #mixedB: number[] = [];
	#words = 0;
	/** How the name begins. */
	#before = '';

	/** @param name see {@link read}. Default: the empty name. */
	constructor(name = '') {
		this.read(name);
	}

	/** Turns to another name. @param name the rest of it where it is put together from two. @param before its beginning. Default: nothing. */
	read(name: string, before = ''): void {
		if (before !== this.#before) this.#readBefore(before);
		// Whole words of the beginning are there; where its length is odd, its last unit and the first one of the rest are one word.
		this.#words = 0;
		this.#put(NAME_WORD ^ (before.length + name.length));
		this.#words += before.length >>> 1;
		let at = 0;
		if ((before.length & 1) === 1) this.#put(before.charCodeAt(before.length - 1) | (unitAt(name, at++) << 16));
		for (; at < name.length; at += 2) this.#put(name.charCodeAt(at) | (unitAt(name, at + 1) << 16));
	}

	/** Most names that follow each other begin alike: the words of that are kept. */
	#readBefore(before: string): void {
		this.#before = before;
		this.#words = 1;
		for (let i = 0; i + 1 < before.length; i += 2) this.#put(before.charCodeAt(i) | (before.charCodeAt(i + 1) << 16));
	}

	/** Derives the key whose parts are those of a prefix and the name: {@link a} and {@link b} are its lanes. */
	under(prefix: KeyPrefix): void {
		const a = this.#absorbed(prefix.a | 0, this.#mixedA);
		const b = this.#absorbed(prefix.b | 0, this.#mixedB);
		this.#finish(a, b);
	}

	/** Derives a prefix that ends with the name, which {@link a} and {@link b} are then: another name is to follow. */
	beginUnder(prefix: KeyPrefix): void {
		this.a = this.#absorbed(prefix.a | 0, this.#mixedA);
		this.b = this.#absorbed(prefix.b | 0, this.#mixedB);
	}

	/** The key as {@link under} derives it, with a number behind the name. */
	underWithNumber(prefix: KeyPrefix, last: number): void {
		const a = absorbNumber(this.#absorbed(prefix.a | 0, this.#mixedA), last, MULTIPLIER_A);
		const b = absorbNumber(this.#absorbed(prefix.b | 0, this.#mixedB), last, MULTIPLIER_B);
		this.#finish(a, b);
	}

	#absorbed(prefix: number, mixed: readonly number[]): number {
		let lane = prefix;
		for (let i = 0; i < this.#words; i++) lane = takeIn(lane, mixed[i] as number);
		return lane;
	}

	#finish(a: number, b: number): void {
		this.a = finishedA(a, b) | 0;
		this.b = finishedB(a, b) | 0;
	}

	#put(word: number): void {
		this.#mixedA[this.#words] = mixedWord(word, MULTIPLIER_A);
		this.#mixedB[this.#words] = mixedWord(word, MULTIPLIER_B);
		this.#words += 1;
	}
}

/** A UTF-16 unit of a name; 0 behind its end. */
function unitAt(name: string, at: number): number {
	return at < name.length ? name.charCodeAt(at) : 0;
}

/**
 * The draw number `ordinal` of a stream: 53 random bits as a fraction in [0, 1).
 * Stateless: draws may be made in any order and any of them may be skipped.
 */
export function draw(key: StreamKey, ordinal: number): number {
	return drawLanes(key.a, key.b, ordinal);
}

/** {@link draw} for callers that keep the two lanes of their keys in typed arrays. */
export function drawLanes(a: number, b: number, ordinal: number): number {
	const high = finalMix(finalMix(a + Math.imul(ordinal, 0x9e3779b1)) ^ b);
	const low = finalMix(finalMix(b + Math.imul(ordinal, 0x85ebca77)) ^ high ^ a);
	return ((high >>> 5) * 0x400_0000 + (low >>> 6)) / 0x20_0000_0000_0000;
}

/**
 * The upper 27 of the 53 bits of {@link drawLanes}: the draw lies in [h, h + 1) / 2^27. Half the work of a draw, for callers
 * to whom a bound is enough nearly always.
 */
export function drawLanesHigh(a: number, b: number, ordinal: number): number {
	return drawWord(a, b, ordinal) >>> 5;
}

/** The word from which a draw takes its upper 27 bits, signed: {@link drawLanesHigh} is its upper part. */
export function drawWord(a: number, b: number, ordinal: number): number {
	return drawWordFrom(drawStart(a, ordinal), b);
}

/**
 * Where the draw number `ordinal` of a stream starts from. Those of ordinals that lie equally far apart do so as well: loops over them
 * add `drawStart(0, distance)`, in 32 bits, and need not multiply.
 */
export function drawStart(a: number, ordinal: number): number {
	return (a + Math.imul(ordinal, 0x9e3779b1)) | 0;
}

/** {@link drawWord} of the draw that starts from {@link drawStart}. */
export function drawWordFrom(start: number, b: number): number {
	return mixed(mixed(start) ^ b);
}

/** {@link finalMix} as a signed word, which stays in a register of the loops that draw most. */
function mixed(input: number): number {
	let h = input ^ (input >>> 16);
	h = Math.imul(h, 0x85ebca6b);
	h ^= h >>> 13;
	h = Math.imul(h, 0xc2b2ae35);
	return h ^ (h >>> 16);
}

/** A uniform integer of `min..max` (both included); one draw, no rejection loop. */
export function drawInteger(key: StreamKey, ordinal: number, min: number, max: number): number {
	return drawIntegerLanes(key.a, key.b, ordinal, min, max);
}

const HIGH_STEPS = 0x800_0000;
/** With more choices than this, a bound from half a draw is not a whole number of steps that a double holds. */
const MOST_CHOICES = 0x400_0000;

/**
 * {@link drawInteger} for callers that keep the two lanes of their keys. Half a draw bounds the result to less than one unless
 * the number of choices is huge; the other half is drawn only where a whole number lies within the bound.
 */
export function drawIntegerLanes(a: number, b: number, ordinal: number, min: number, max: number): number {
	const choices = max - min + 1;
	const steps = drawLanesHigh(a, b, ordinal) * choices;
	const least = Math.floor(steps / HIGH_STEPS);
	if (steps + choices < (least + 1) * HIGH_STEPS && choices <= MOST_CHOICES) return min + least;
	return min + Math.floor(drawLanes(a, b, ordinal) * choices);
}

/**
 * A 128-bit fingerprint of bytes as 32 hexadecimal digits: two streams over the same bytes. Not cryptographic; it tells
 * contents apart inside one run.
 */
export function fingerprint(bytes: Uint8Array): string {
	let a = absorb(0x2545f491, bytes.length, MULTIPLIER_A);
	let b = absorb(0x7f4a7c15, bytes.length, MULTIPLIER_B);
	let c = absorb(0x0bad5eed, bytes.length, 0xa1e38b93);
	let d = absorb(0x5ca1ab1e, bytes.length, 0xab0e9789);
	for (let i = 0; i < bytes.length; i += 4) {
		const word = (bytes[i] as number) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
		a = absorb(a, word, MULTIPLIER_A);
		b = absorb(b, word ^ a, MULTIPLIER_B);
		c = absorb(c, word ^ b, 0xa1e38b93);
		d = absorb(d, word ^ c, 0xab0e9789);
	}
	const lanes = [finalMix(a ^ d), finalMix(b ^ a), finalMix(c ^ b), finalMix(d ^ c)];
	return lanes.map((lane) => lane.toString(16).padStart(8, '0')).join('');
}
