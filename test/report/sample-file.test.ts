import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sampleRows, simulate } from '../../src/index.js';
import { withoutRows } from '../../src/measure/partial.js';
import { samplesCsv } from '../../src/report/csv.js';
import { writeResultFolder } from '../../src/report/result-folder.js';
import { SampleFile } from '../../src/report/sample-file.js';
import { removeUnfinishedFiles } from '../../src/report/temporary-file.js';
import { withoutSharedFacts } from '../../src/shard/shared-facts.js';
import { busyPlan } from '../support/busy-plan.js';

const test = suite<{ folder: string }>('sample file');

test.before.each((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'secretsim-samples-'));
});
test.after.each((context) => {
	rmSync(context.folder, { recursive: true, force: true });
});

const exact = busyPlan();
const counted = { ...exact, exactSamples: 0 };
const names = counted.variants.map(({ name }) => name);

/** Every third of the nodes of each run, as they come from workers. */
const parts = names.flatMap((name) =>
	[0, 1].flatMap((replication) =>
		[0, 1, 2].map((index) =>
			withoutSharedFacts(
				simulate(counted, { variants: [name], replications: [replication], shard: { index, count: 3 }, keepSamples: true }),
			),
		),
	),
);

function orders(): readonly (readonly number[])[] {
	const inOrder = parts.map((_, place) => place);
	return [inOrder, [...inOrder].reverse(), inOrder.map((place) => (place * 7) % parts.length)];
}

test('has the rows of a small run, in the same order, whatever part comes first', ({ folder }) => {
	const expected = [...samplesCsv(sampleRows(simulate(exact)))].join('');
	for (const order of orders()) {
		const file = new SampleFile(folder, 'csv', names.length, 2);
		for (const place of order) file.add(parts[place] as (typeof parts)[number]);
		writeResultFolder(folder, [{ name: 'other.txt', content: 'x' }], [file.end()]);
		assert.ok(readFileSync(join(folder, 'samples.csv'), 'utf8') === expected, `order ${order.join(' ')}`);
		assert.equal(readdirSync(folder).sort(), ['other.txt', 'samples.csv']);
	}
});

test('gives the same Parquet bytes whatever part comes first', ({ folder }) => {
	const written = orders().map((order) => {
		const file = new SampleFile(folder, 'parquet', names.length, 2);
		for (const place of order) file.add(parts[place] as (typeof parts)[number]);
		writeResultFolder(folder, [], [file.end()]);
		return readFileSync(join(folder, 'samples.parquet'));
	});
	for (const bytes of written) assert.ok(bytes.equals(written[0] as Buffer));
});

test('puts rows into the file as soon as those before them are there, so that none stay in memory', ({ folder }) => {
	const file = new SampleFile(folder, 'csv', names.length, 2);
	const [first, second, third] = parts as [(typeof parts)[number], (typeof parts)[number], (typeof parts)[number]];
	const written = (): number =>
		readFileSync(join(folder, readdirSync(folder).find((name) => name.includes('samples.csv')) as string)).length;
	const head = written();
	file.add(second);
	assert.is(written(), head, 'the second waits for the first');
	assert.ok(
		readdirSync(folder).some((name) => name.includes('samples.waiting')),
		'and does so on the disk',
	);
	file.add(first);
	const two = written();
	assert.ok(two > head);
	file.add(third);
	assert.ok(written() > two);
	file.discard();
	assert.equal(readdirSync(folder), []);
	for (const { segments } of [withoutRows(first)])
		for (const { samples, pods } of segments) assert.is(samples.write.length + pods.length, 0);
});

test('refuses to end before every node has come, and leaves nothing when it is dropped or interrupted', ({ folder }) => {
	const target = join(folder, 'new', 'deep');
	const file = new SampleFile(target, 'csv', names.length, 2);
	for (const part of parts.slice(0, 4)) file.add(part);
	assert.throws(() => file.end(), /the samples of run 2, node 3 are missing/);
	file.discard();
	assert.equal(readdirSync(folder), [], 'folders that were made for it are gone as well');
	const other = new SampleFile(folder, 'parquet', names.length, 2);
	other.add(parts[3] as (typeof parts)[number]);
	assert.is(readdirSync(folder).length, 2);
	removeUnfinishedFiles();
	assert.equal(readdirSync(folder), []);
	other.discard();
});

test.run();
