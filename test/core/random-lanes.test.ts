// Four draws at a time are the four draws that random.ts gives one by one.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawWordFrom } from '../../src/core/random.js';
import { drawWordsFrom, MIX_FIRST, MIX_SECOND } from '../../src/core/random-lanes.js';
import { i32, i32x4, v128 } from '../../src/core/wasm-instructions.js';
import { instanceOf, WasmFunction } from '../../src/core/wasm-module.js';

const test = suite('draws four at a time');
const word = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

test('are those of drawWordFrom', () => {
	const code = new WasmFunction(1);
	const draws = code.variable('v128');
	const zero = i32.constant(0);
	const mix = { first: i32x4.splat(i32.constant(MIX_FIRST)), second: i32x4.splat(i32.constant(MIX_SECOND)) };
	const steps = [...drawWordsFrom(draws, v128.load(zero, 0), i32x4.splat(code.parameter(0)), mix), v128.store(zero, 16, draws)];
	const made = instanceOf(code.module(steps, zero));
	if (made === null) throw new Error('the machine does not take the module');
	fc.assert(
		fc.property(fc.tuple(word, word, word, word), word, (starts, b) => {
			made.words.set(starts);
			made.call(b);
			assert.equal(
				[...made.words.subarray(4, 8)],
				starts.map((start) => drawWordFrom(start, b)),
			);
		}),
		{ seed: 8, numRuns: 1_000 },
	);
});

test.run();
