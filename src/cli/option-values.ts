// Values of options that are more than a word: whole numbers within bounds, repeated settings, shares of a run. Each
// parser throws commander's own error, which names the option and ends with exit code 2.

import { InvalidArgumentError } from 'commander';
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
