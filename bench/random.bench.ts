// The keyed draw against sequential generators. A sequential generator can be faster and cannot do the job: its next number depends on
// how many were drawn before. The comparison states what independence from the order of simulation costs.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { draw, drawLanes, drawLanesHigh, streamKey } from '../src/core/random.js';
import type { Benchmark, Scale } from './benchmark.js';

const XOROSHIRO = 'pure-rand 8 xoroshiro128+';

// Every task has a loop of its own: a shared one would call five functions from one place, and none would be inlined.

function laneDraws(draws: number): () => number {
	const { a, b } = streamKey(1, 'bench', 'random');
	return () => {
		let sum = 0;
		for (let ordinal = 0; ordinal < draws; ordinal++) sum += drawLanes(a, b, ordinal);
		return sum;
	};
}

function highDraws(draws: number): () => number {
	const { a, b } = streamKey(1, 'bench', 'random');
	return () => {
		let sum = 0;
		for (let ordinal = 0; ordinal < draws; ordinal++) sum += drawLanesHigh(a, b, ordinal);
		return sum;
	};
}

function namedDraws(draws: number): () => number {
	const parent = streamKey(1, 0, 'resync');
	return () => {
		let sum = 0;
		for (let ordinal = 0; ordinal < draws; ordinal++) sum += draw(streamKey(parent, 'default/web-7f9c-0'), ordinal);
		return sum;
	};
}

function xoroshiroDraws(draws: number): () => number {
	const generator = xoroshiro128plus(1);
	return () => {
		let sum = 0;
		for (let i = 0; i < draws; i++) sum += uniformFloat64(generator);
		return sum;
	};
}

function mersenneDraws(draws: number): () => number {
	const generator = mersenne(1);
	return () => {
		let sum = 0;
		for (let i = 0; i < draws; i++) sum += uniformFloat64(generator);
		return sum;
	};
}

function ambientDraws(draws: number): () => number {
	return () => {
		let sum = 0;
		for (let i = 0; i < draws; i++) sum += Math.random();
		return sum;
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const draws = scale === 'full' ? 100_000 : 1_000;
	return {
		name: 'random',
		question: 'What does a draw cost that depends on nothing but its key, against generators that must be asked in order?',
		operation: 'one fraction in [0, 1) with 53 random bits (52 where a library gives fewer)',
		limitsFrom: 'Twice a sequential generator is what independence from the order of simulation may cost.',
		groups: {
			draws: () => ({
				reference: XOROSHIRO,
				tasks: [
					{ name: 'drawLanes (keyed, stateless)', operations: draws, setup: () => laneDraws(draws), limit: 2 },
					{ name: 'drawLanesHigh (its upper 27 bits)', operations: draws, setup: () => highDraws(draws), limit: 1 },
					{ name: 'streamKey of a name, then draw', operations: draws, setup: () => namedDraws(draws) },
					{ name: XOROSHIRO, operations: draws, setup: () => xoroshiroDraws(draws) },
					{ name: 'pure-rand 8 Mersenne Twister', operations: draws, setup: () => mersenneDraws(draws) },
					{ name: 'Math.random (not seedable)', operations: draws, setup: () => ambientDraws(draws) },
				],
			}),
		},
	};
}
