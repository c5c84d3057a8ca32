import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootstrapIntervals, pooledMean, pooledQuantiles } from '../../src/core/bootstrap.js';
import { addedRows, filledRows, pooledRow, stackedRows } from '../../src/core/histogram-join.js';
import { HistogramTable, type HistogramTableData, rowCount, rowMean, rowQuantiles } from '../../src/core/histogram-table.js';
import { pooledRowMean, pooledRowQuantiles } from '../../src/core/histogram-units.js';
import { bucketError, bucketMiddle, bucketOf, bucketStart } from '../../src/core/log-buckets.js';
import { nearestRankQuantile } from '../../src/core/quantile.js';
import { streamKey } from '../../src/core/random.js';

const test = suite('histogram table');

const micros = fc.oneof(
	fc.integer({ min: 0, max: 5_000 }),
	fc.integer({ min: 1_000, max: 100_000_000 }),
	fc.integer({ min: 0, max: 2 ** 45 }),
	fc.constant(Number.POSITIVE_INFINITY),
);
const samples = fc.array(fc.array(micros, { maxLength: 40 }), { minLength: 1, maxLength: 6 });
const subBits = fc.integer({ min: 0, max: 10 });

function filled(bits: number, rows: readonly (readonly number[])[]): HistogramTable {
	const table = new HistogramTable(bits);
	for (const values of rows) {
		const row = table.addRow();
		for (const value of values) table.record(row, value);
	}
	return table;
}

/** One row alone. */
function rowOf(data: HistogramTableData, row: number): HistogramTableData {
	return stackedRows([data], (_, number) => number === row);
}

test('puts every value into a bucket whose middle is within the stated error', () => {
	fc.assert(
		fc.property(subBits, fc.integer({ min: 0, max: 2 ** 50 }), (bits, value) => {
			const bucket = bucketOf(value, bits);
			assert.ok(bucketStart(bucket, bits) <= value && value < bucketStart(bucket + 1, bits));
			assert.ok(Math.abs(bucketMiddle(bucket, bits) - value) <= bucketError(bits) * value);
		}),
		{ seed: 1, numRuns: 2_000 },
	);
});

test('has the count, mean and extremes of the values, and quantiles within the error', () => {
	fc.assert(
		fc.property(subBits, samples, fc.double({ min: 0, max: 1, noNaN: true }), (bits, rows, q) => {
			const data = filled(bits, rows).data();
			for (const [row, values] of rows.entries()) {
				const sorted = Float64Array.from(values).sort();
				assert.is(rowCount(data, row), values.length);
				const sum = values.reduce((total, value) => total + value, 0);
				const mean = rowMean(data, row);
				if (values.length === 0 || !Number.isFinite(sum)) assert.is(mean, null);
				else assert.ok(Math.abs((mean as number) - sum / values.length) <= 1e-9 * sum);
				if (values.length === 0) continue;
				const exact = nearestRankQuantile(sorted, q);
				const [least, close] = rowQuantiles(data, row, [q / 2, q]) as [number | null, number | null];
				if (close !== null) assert.ok((least as number) <= close);
				if (exact === null) assert.is(close, null);
				else assert.ok(Math.abs((close as number) - exact) <= bucketError(bits) * exact, `${close} ${exact}`);
			}
		}),
		{ seed: 2, numRuns: 500 },
	);
});

test('counts values of one bucket beyond what a byte holds', () => {
	for (const [bits, count] of [
		[0, 255],
		[0, 256],
		[4, 257],
		[10, 70_000],
	] as const) {
		const data = filled(bits, [[5_000], Array.from({ length: count }, () => 5_000), [5_000, 5_000]]).data();
		assert.equal([...data.counts], [1, count, 2]);
		assert.is(rowCount(data, 1), count);
		assert.is(rowMean(data, 1), 5_000);
	}
});

test('gives the same columns however the values are split and in whatever order they come', () => {
	fc.assert(
		fc.property(subBits, samples, fc.integer({ min: 0, max: 40 }), (bits, rows, cut) => {
			const whole = filled(bits, rows).data();
			const parts = [rows.map((values) => values.slice(cut).reverse()), rows.map((values) => values.slice(0, cut))].map((part) =>
				filled(bits, part).data(),
			);
			assert.equal(addedRows(parts), whole);
			const order = Uint32Array.from(rows, (_, place) => rows.length - 1 - place);
			assert.equal(filled(bits, rows).data(order), filled(bits, [...rows].reverse()).data());
			assert.equal(pooledRow(whole), filled(bits, [rows.flat()]).data());
			assert.equal(
				stackedRows([whole, ...parts]),
				filled(bits, [...rows, ...rows.map((values) => values.slice(cut)), ...rows.map((values) => values.slice(0, cut))]).data(),
			);
			assert.equal(
				filledRows([whole]),
				filled(
					bits,
					rows.filter((values) => values.length > 0),
				).data(),
			);
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test('records many values as it records each, and leaves out those that are not numbers', () => {
	const mixed = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_500 }), fc.oneof(micros, fc.constant(Number.NaN))), { maxLength: 200 });
	fc.assert(
		fc.property(subBits, mixed, (bits, values) => {
			const [one, many] = [new HistogramTable(bits), new HistogramTable(bits)];
			for (let row = 0; row <= 2_500; row++) for (const table of [one, many]) table.addRow();
			for (const [row, value] of values) if (!Number.isNaN(value)) one.record(row, value);
			many.recordAll(
				Int32Array.from(values, ([row]) => row),
				Float64Array.from(values, ([, value]) => value),
				values.length,
			);
			assert.equal(many.data(), one.data());
			const some = Uint32Array.of(1_200, 3, 77);
			const whole = one.data();
			assert.equal(many.data(some), stackedRows([...some].map((row) => rowOf(whole, row))));
		}),
		{ seed: 4, numRuns: 60 },
	);
});

test('bootstraps over rows as over the values that they were made of', () => {
	const draw = (unit: number, i: number): number => ((unit * 7_919 + i * 104_729) % 90_000_000) + 1_000;
	const values = Array.from({ length: 100 }, (_, unit) => Array.from({ length: 30 }, (_, i) => draw(unit, i)));
	const units = values.map((one) => Float64Array.from(one).sort());
	const data: HistogramTableData = filled(10, values).data();
	const options = { key: streamKey(1, 'test'), resamples: 200 };
	const qs = [0.5, 0.95];
	const exact = bootstrapIntervals(100, [...pooledQuantiles(units, qs), pooledMean(units)], options);
	const close = bootstrapIntervals(100, [...pooledRowQuantiles(data, qs), pooledRowMean(data)], options);
	for (const [place, interval] of close.entries()) {
		const expected = exact[place] as readonly [number, number];
		for (const end of [0, 1] as const) {
			const [value, other] = [(interval as readonly [number, number])[end], expected[end]];
			assert.ok(Math.abs(value - other) <= bucketError(10) * other, `${place}: ${value} ${other}`);
		}
	}
});

test('refuses rows with other buckets', () => {
	const parts = [filled(4, [[1]]).data(), filled(5, [[1]]).data()];
	assert.throws(() => addedRows(parts), /rows of 5 and 4 sub-bits do not add up/);
});

test.run();
