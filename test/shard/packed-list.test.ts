import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Column, packed, unpacked } from '../../src/shard/packed-list.js';

const test = suite('packed lists');

function throughColumns(values: readonly unknown[]): unknown[] {
	return unpacked(structuredClone(packed(values)), values.length);
}

/** Every value that is in a column as it is, however deep. */
function leaves(column: Column): number {
	switch (column.kind) {
		case 'same':
			return 1;
		case 'each':
		case 'choices':
			return column.values.length;
		default:
			return column.columns.reduce((sum, one) => sum + leaves(one), 0);
	}
}

test('any list of plain values comes back', () => {
	const value = fc.jsonValue({ maxDepth: 4 });
	const few = fc.array(value, { minLength: 1, maxLength: 5 }).chain((choices) => fc.array(fc.constantFrom(...choices), { maxLength: 300 }));
	const more = fc.constantFrom(undefined, null, [], ['a'], { k: 1 });
	const records = fc.array(fc.record({ name: fc.string(), size: fc.integer(), more }, { noNullPrototype: true }));
	fc.assert(
		fc.property(fc.oneof(fc.array(value), few, records), (values) => assert.equal(throughColumns(values), values)),
		{ seed: 7, numRuns: 500 },
	);
});

test('keys keep their order, and a key without a value stays one', () => {
	const values = [
		{ b: 1, a: undefined },
		{ a: 2, b: 1 },
		{ b: 3, a: undefined },
	];
	const back = throughColumns(values) as object[];
	assert.equal(back, values);
	assert.equal(
		back.map((one) => Object.keys(one)),
		[
			['b', 'a'],
			['a', 'b'],
			['b', 'a'],
		],
	);
});

test('what all values have in common is there once', () => {
	const values = Array.from({ length: 1_000 }, (_, i) => ({
		name: `pod-${i}`,
		spec: { volumes: [{ defaultMode: 420 }], hostNetwork: false },
	}));
	assert.is(leaves(packed(values)), 1_000 + 1);
	const [first, second] = throughColumns(values) as { readonly spec: object }[];
	assert.is(first?.spec, second?.spec);
});

test('a few values are there once each, with all that belongs to them', () => {
	const values = Array.from({ length: 1_000 }, (_, i) => {
		const name = `shared-${Math.floor(i / 100)}`;
		return { name: `v-${name}`, secret: { secretName: name, items: [{ key: name }] } };
	});
	assert.is(leaves(packed(values)), 10);
	assert.equal(throughColumns(values), values);
});

test('numbers stay numbers, also those that JSON does not know', () => {
	const values = [1, -0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];
	assert.equal(throughColumns(values), values);
	assert.equal(throughColumns([1, null, 2]), [1, null, 2]);
});

test('a key that JavaScript knows is a key like any other', () => {
	// A Secret may have it.
	const values = ['1', '2'].map((length) => JSON.parse(`{"__proto__":{"length":${length}},"b":${length}}`));
	assert.is(JSON.stringify(throughColumns(values)), JSON.stringify(values));
});

test('an empty list is one', () => {
	assert.equal(throughColumns([]), []);
});

test.run();
