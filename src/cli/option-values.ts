// Values of options that are more than a word: numbers within bounds, durations, repeated settings, shares of a run. Each
// parser throws commander's own error, which names the option and ends with exit code 2.

import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../core/duration.js';
import type { Micros } from '../core/time.js';
import type { ShardNumber } from '../shard/work.js';

/** A parser of whole numbers of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
			throw new InvalidArgumentError(`Must be a whole number of at least ${min}.`);
		}
		return value;
	};
}

/** A number above 0. */
export function positiveNumber(text: string): number {
	const value = Number(text);
	if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Must be a number above 0.');
	return value;
}

/** A duration above 0, as microseconds. */
export function duration(text: string): Micros {
	try {
		const micros = parseDuration(text);
		if (micros > 0) return micros;
	} catch {
		// Said below.
	}
	throw new InvalidArgumentError('Must be a duration such as 30s, 5m or 1h30m.');
}

/** Collects the values of a repeated option. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
	return [...before, text];
}

/** Collects `PATH=VALUE` of a repeated option. */
export function setting(text: string, before: readonly string[] = []): readonly string[] {
	if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('Must be PATH=VALUE, for example cluster.nodes=50.');
	return [...before, text];
}

/** `I/N`: shard number I, counted from 0, of N. */
export function shardNumber(text: string): ShardNumber {
	const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
	const shard = { index: Number(index), count: Number(count) };
	if (index === undefined || shard.index >= shard.count) {
		throw new InvalidArgumentError('Must be I/N with I from 0 to N - 1, for example 0/8.');
	}
	return shard;
}
