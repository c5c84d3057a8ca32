// The keyed draw against sequential generators. A sequential generator is faster and cannot do the job: its next number depends on how
// many were drawn before. The comparison states what independence from the order of simulation costs.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { draw, drawLanes, streamKey } from '../src/core/random.js';
import type { Benchmark } from './harness.js';

const DRAWS = 100_000;

/** A loop of draws whose sum is returned, so that no draw can be left out. */
function repeat(next: (ordinal: number) => number): () => number {
	return () => {
		let sum = 0;
		for (let ordinal = 0; ordinal < DRAWS; ordinal++) sum += next(ordinal);
		return sum;
	};
}

/** See the head of this file. */
export const benchmark: Benchmark = {
	name: 'random',
	question: 'What does a draw that depends on nothing but its key cost, against generators that must be asked in order?',
	operation: 'one fraction in [0, 1) with 53 random bits (52 where a library gives fewer)',
	reference: 'drawLanes (keyed, stateless)',
	tasks: [
		{
			name: 'drawLanes (keyed, stateless)',
			operations: DRAWS,
			setup: () => {
				const { a, b } = streamKey(1, 'bench', 'random');
				return repeat((ordinal) => drawLanes(a, b, ordinal));
			},
		},
		{
			name: 'streamKey of a name, then draw',
			operations: DRAWS,
			setup: () => {
				const parent = streamKey(1, 0, 'resync');
				return repeat((ordinal) => draw(streamKey(parent, 'default/web-7f9c-0'), ordinal));
			},
		},
		{
			name: 'pure-rand 8 xoroshiro128+',
			operations: DRAWS,
			setup: () => {
				const generator = xoroshiro128plus(1);
				return repeat(() => uniformFloat64(generator));
			},
		},
		{
			name: 'pure-rand 8 Mersenne Twister',
			operations: DRAWS,
			setup: () => {
				const generator = mersenne(1);
				return repeat(() => uniformFloat64(generator));
			},
		},
		{ name: 'Math.random (not seedable)', operations: DRAWS, setup: () => repeat(() => Math.random()) },
	],
};
