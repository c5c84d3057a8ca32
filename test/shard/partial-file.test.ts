import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadRows, merge, sampleRows, simulate, summarise } from '../../src/index.js';
import { arrayText, valueOfArrayText } from '../../src/shard/array-text.js';
import { openPartial, type PartialFileHeader, partialFileBytes, partialFileName } from '../../src/shard/partial-file.js';
import { wholeStudy } from '../../src/shard/shard-set.js';
import { at, newPassword, study } from '../explain/study.js';

const test = suite('partial results as files');

const HEADER: PartialFileHeader = {
	version: '1.0.0',
	command: 'secretsim run a.yaml',
	planDigest: 'd'.repeat(32),
	shard: { index: 0, count: 1 },
};

function back(value: unknown): unknown {
	const { text, arrays } = arrayText(value);
	return valueOfArrayText(text, Buffer.concat(arrays));
}

test('values come back exactly, typed arrays bit for bit', () => {
	const arrays = fc.oneof(
		fc.int8Array(),
		fc.uint8Array(),
		fc.int16Array(),
		fc.uint16Array(),
		fc.int32Array(),
		fc.uint32Array(),
		fc.float32Array(),
		fc.float64Array(),
		fc.bigInt64Array(),
		fc.bigUint64Array(),
	);
	const leaf = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null), arrays);
	const { tree } = fc.letrec((tie) => ({
		tree: fc.oneof(
			{ depthSize: 'small' },
			leaf,
			fc.array(tie('tree'), { maxLength: 4 }),
			fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
		),
	}));
	fc.assert(
		fc.property(tree, (value) => assert.equal(back(value), value)),
		{ seed: 21, numRuns: 500 },
	);
	assert.ok(Object.is(back(-0), -0));
	assert.ok(Number.isNaN((back({ settled: Float64Array.of(1, Number.NaN) }) as { settled: Float64Array }).settled[1]));
	assert.equal(back(new Uint16Array([1, 2, 3]).subarray(1)), Uint16Array.of(2, 3));
});

test('what could not come back is refused, not changed', () => {
	for (const value of [new Map(), new Date(0), () => 1, [undefined], { inner: { of: new Set() } }])
		assert.throws(() => arrayText(value), /cannot be written/);
	const { text, arrays } = arrayText({ a: Int32Array.of(1, 2) });
	assert.throws(() => valueOfArrayText(text, Buffer.concat(arrays).subarray(1)), /cut off/);
	assert.throws(() => valueOfArrayText(text, Buffer.concat([...arrays, Buffer.alloc(1)])), /more after/);
});

test('shards through files give every byte of the single run', () => {
	const plan = { ...study({ strategy: 'Cache', nodes: 5, replicas: 12, actions: [at(300, 'rotate', newPassword)] }), replications: 2 };
	const count = 3;
	const files = [2, 0, 1].map((index) => {
		const bytes = partialFileBytes(simulate(plan, { shard: { index, count } }), {
			...HEADER,
			planDigest: plan.digest,
			shard: { index, count },
		});
		return openPartial(bytes, `part-${index}`);
	});
	const merged = merge(wholeStudy(files, '1.0.0').map((file) => file.partial()));
	const single = simulate(plan);
	assert.is(JSON.stringify(summarise(merged)), JSON.stringify(summarise(single)));
	assert.is(JSON.stringify([...sampleRows(merged)]), JSON.stringify([...sampleRows(single)]));
	assert.is(JSON.stringify([...loadRows(merged)]), JSON.stringify([...loadRows(single)]));
});

test('damaged and other files are refused with their name', () => {
	const bytes = partialFileBytes(simulate(study({ strategy: 'Watch', actions: [] })), HEADER);
	assert.throws(() => openPartial(Buffer.from('hello'), 'x.partial.gz'), /x\.partial\.gz is no partial result/);
	assert.throws(() => openPartial(bytes.subarray(0, bytes.length - 9), 'x').partial(), /x is no partial result, or is damaged/);
	const flipped = Buffer.from(bytes);
	flipped[bytes.length - 6] = (flipped[bytes.length - 6] as number) ^ 1;
	assert.throws(() => openPartial(flipped, 'x').partial(), /damaged/);
});

test('file names sort in the order of the shards', () => {
	const names = Array.from({ length: 64 }, (_, index) => partialFileName('fleet', { index, count: 64 }));
	assert.equal([...names].sort(), names);
	assert.is(names[7], 'fleet-shard-07-of-64.partial.gz');
});

function problemsOf(changes: readonly Partial<PartialFileHeader>[], version = '1.0.0'): string {
	const partial = simulate(study({ strategy: 'Watch', actions: [] }));
	const files = changes.map((change, place) => openPartial(partialFileBytes(partial, { ...HEADER, ...change }), `f${place}`));
	try {
		wholeStudy(files, version);
	} catch (error) {
		return (error as Error).message;
	}
	return '';
}

test('missing, duplicate and foreign shards are told in one list', () => {
	const shard = (index: number, count = 9): Partial<PartialFileHeader> => ({ shard: { index, count } });
	assert.is(problemsOf([shard(1, 2), shard(0, 2)]), '');
	assert.match(problemsOf([]), /there is no partial result/);
	const message = problemsOf([
		shard(0),
		shard(1),
		shard(1),
		shard(6),
		shard(2, 8),
		{ ...shard(3), planDigest: 'e'.repeat(32) },
		{ ...shard(4), version: '0.9.0' },
		{ ...shard(5), command: 'secretsim run b.yaml' },
	]);
	assert.is(
		message,
		`these files are not one whole study; nothing was written
  foreign: f4 is one of 8 shards, not of 9
  foreign: f5 is of another plan (${'e'.repeat(32)}, not ${'d'.repeat(32)})
  foreign: f6 was made by secretsim 0.9.0, not 1.0.0
  foreign: f7 was asked for as "secretsim run b.yaml", not as "secretsim run a.yaml"
  duplicate: shard 1 is in f1 and in f2
  missing: shards 2 to 5, 7, 8 of 9 (counted from 0)`,
	);
	assert.match(problemsOf([{}], '2.0.0'), /were made by secretsim 1\.0\.0, this is 2\.0\.0/);
});

test.run();
