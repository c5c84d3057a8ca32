// Each instruction, run by the machine, does what JavaScript says of the same words.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
	type I32,
	i32,
	i32x4,
	i64x2,
	leaveIf,
	repeat,
	type Step,
	signed,
	unsigned,
	type V128,
	v128,
	when,
} from '../../src/core/wasm-instructions.js';
import { instanceOf, WasmFunction, type WasmInstance } from '../../src/core/wasm-module.js';

const test = suite('instructions of WebAssembly');

const word = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const vector = fc.tuple(word, word, word, word);
type Words = readonly [number, number, number, number];

const ADDRESS = i32.constant(0);

function instance(bytes: Uint8Array): WasmInstance {
	const made = instanceOf(bytes);
	if (made === null) throw new Error('the machine does not take the module');
	return made;
}

/** What becomes of two vectors: bytes 0 to 15 and 16 to 31 of the memory. */
function onVectors(result: (x: V128, y: V128) => V128): (x: Words, y: Words) => number[] {
	const code = new WasmFunction(0);
	const step = v128.store(ADDRESS, 32, result(v128.load(ADDRESS, 0), v128.load(ADDRESS, 16)));
	const { call, words } = instance(code.module([step], ADDRESS));
	return (x, y) => {
		words.set([...x, ...y]);
		call();
		return [...words.subarray(8, 12)];
	};
}

/** A function of two words. */
function onWords(result: (x: I32, y: I32) => I32): (x: number, y: number) => number {
	const code = new WasmFunction(2);
	return instance(code.module([], result(code.parameter(0), code.parameter(1)))).call;
}

test('integers are written in seven bits a byte', () => {
	// The two examples that the text about LEB128 in the DWARF specification made known.
	assert.equal(unsigned(624_485), [0xe5, 0x8e, 0x26]);
	assert.equal(signed(-123_456), [0xc0, 0xbb, 0x78]);
	assert.equal([0, 63, 64, 127, 128].map(signed), [[0], [63], [0xc0, 0], [0xff, 0], [0x80, 1]]);
	assert.equal([-1, -64, -65].map(signed), [[0x7f], [0x40], [0xbf, 0x7f]]);
	assert.equal([0, 127, 128, 0xffff_ffff].map(unsigned), [[0], [127], [0x80, 1], [0xff, 0xff, 0xff, 0xff, 0x0f]]);
	fc.assert(
		fc.property(word, (value) => {
			assert.is(instance(new WasmFunction(0).module([], i32.constant(value))).call(), value);
		}),
		{ seed: 3, numRuns: 200 },
	);
});

test('on words', () => {
	const [add, gtS] = [onWords(i32.add), onWords(i32.gtS)];
	fc.assert(
		fc.property(word, word, (x, y) => {
			assert.is(add(x, y), (x + y) | 0);
			assert.is(gtS(x, y), x > y ? 1 : 0);
			assert.is(gtS(x, x), 0);
		}),
		{ seed: 4 },
	);
});

test('on each word of a vector', () => {
	const both: readonly (readonly [(x: V128, y: V128) => V128, (x: number, y: number) => number])[] = [
		[v128.and, (x, y) => x & y],
		[v128.xor, (x, y) => x ^ y],
		[i32x4.add, (x, y) => (x + y) | 0],
		[i32x4.mul, Math.imul],
		[i32x4.gtS, (x, y) => (x > y ? -1 : 0)],
		[(x) => i32x4.shrU(x, 13), (x) => (x >>> 13) | 0],
	];
	for (const [instruction, ofWords] of both) {
		const run = onVectors(instruction);
		fc.assert(
			fc.property(vector, vector, (x, y) => {
				assert.equal(
					run(x, y),
					x.map((one, lane) => ofWords(one, y[lane] as number)),
				);
			}),
			{ seed: 5 },
		);
	}
});

test('between the words of a vector', () => {
	const shuffle = onVectors((x, y) => i32x4.shuffle(x, y, [3, 4, 0, 7]));
	const shl = onVectors((x) => i64x2.shl(x, 32));
	const splat = onVectors((_, y) => i32x4.splat(i32x4.lane(y, 2)));
	const load = onVectors(() => v128.load32Splat(ADDRESS, 20));
	const anyTrue = onVectors((x) => i32x4.splat(v128.anyTrue(x)));
	fc.assert(
		fc.property(vector, vector, (x, y) => {
			assert.equal(shuffle(x, y), [x[3], y[0], x[0], y[3]]);
			assert.equal(shl(x, y), [0, x[0], 0, x[2]]);
			assert.equal(splat(x, y), [y[2], y[2], y[2], y[2]]);
			assert.equal(load(x, y), [y[1], y[1], y[1], y[1]]);
			assert.equal(anyTrue(x, y), x.some((one) => one !== 0) ? [1, 1, 1, 1] : [0, 0, 0, 0]);
		}),
		{ seed: 6 },
	);
	assert.equal(anyTrue([0, 0, 0, 0], [1, 1, 1, 1]), [0, 0, 0, 0]);
	assert.equal(anyTrue([0, 0, 1, 0], [0, 0, 0, 0]), [1, 1, 1, 1]);
});

test('a loop goes on until it is left, also from within a condition', () => {
	const code = new WasmFunction(2);
	const [limit, stop] = [code.parameter(0), code.parameter(1)];
	const count = code.variable('i32');
	const steps: Step[] = [
		repeat(
			leaveIf(i32.gtS(count, limit)),
			when(i32.gtS(count, i32.constant(9)), leaveIf(i32.gtS(count, stop), 1)),
			count.set(i32.add(count, i32.constant(1))),
		),
	];
	const { call } = instance(code.module(steps, count));
	assert.is(call(5, 3), 6, 'left at the limit; the condition does not hold yet');
	assert.is(call(50, 3), 10, 'left from within the condition');
	assert.is(call(50, 30), 31);
});

test('what the machine does not take is no instance', () => {
	const module = new WasmFunction(0).module([], i32.constant(1));
	assert.is(instanceOf(module.subarray(0, -1)), null);
	const machine = globalThis as { WebAssembly?: unknown };
	const { WebAssembly: kept } = machine;
	machine.WebAssembly = undefined;
	try {
		assert.is(instanceOf(module), null);
	} finally {
		machine.WebAssembly = kept;
	}
	assert.is(instance(module).call(), 1);
});

test.run();
