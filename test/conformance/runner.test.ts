import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines, repositoryPath } from '../support/repository.js';
import { AREAS } from './areas.js';
import { agrees, checkFile, detailText, recordingNames, tableText } from './runner.js';

const test = suite<{ directory: string }>('conformance runner');
test.before.each((context) => {
	context.directory = mkdtempSync(join(tmpdir(), 'secretsim-runner-'));
});
test.after.each(({ directory }) => {
	rmSync(directory, { recursive: true });
});

const [header, first, second] = readJsonLines('test', 'recordings', 'components', 'references.jsonl') as object[];

function write(directory: string, name: string, ...lines: readonly unknown[]): void {
	mkdirSync(dirname(join(directory, name)), { recursive: true });
	writeFileSync(join(directory, name), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
}

test('finds recordings in any folder, under any name, and leaves prose and programs alone', ({ directory }) => {
	write(directory, 'b/some-name.jsonl', header);
	write(directory, 'a.json', {});
	write(directory, 'README.md', 'x');
	write(directory, 'recorder/config.json', {});
	assert.equal(recordingNames(directory), ['a.json', 'b/some-name.jsonl']);
});

test('the header says which area a file is of', ({ directory }) => {
	write(directory, 'x.jsonl', { ...header, count: 2 }, first, second);
	const report = checkFile(directory, 'x.jsonl');
	assert.ok(agrees(report));
	assert.is('area' in report && report.area, 'references');
	assert.is('agreement' in report && report.agreement.cases, 2);
});

test('the files of a delay run belong together by their headers, whatever they are called', ({ directory }) => {
	const from = (name: string): string => readFileSync(repositoryPath('test', 'recordings', 'e2e', name), 'utf8');
	writeFileSync(join(directory, 'x.jsonl'), from('r5a-samples.jsonl'));
	writeFileSync(join(directory, 'y.json'), from('r5a-gaps.json'));
	const alone = checkFile(directory, 'y.json');
	assert.match('problem' in alone ? alone.problem : '', /y\.json: the load of this delay run are not beside it/);
	writeFileSync(join(directory, 'z.json'), from('r5a-load.json'));
	writeFileSync(join(directory, 'other.json'), from('r5b-load.json'));
	const reports = ['x.jsonl', 'y.json', 'z.json'].map((name) => checkFile(directory, name));
	assert.equal(reports.map(agrees), [true, true, true]);
	assert.equal(
		reports.map((report) => 'area' in report && report.area),
		['delay run: samples', 'delay run: gaps', 'delay run: load'],
	);
	// The run of ConfigMaps was not split in halves: its samples say so, its other files do not.
	for (const file of ['samples.jsonl', 'gaps.json', 'load.json']) writeFileSync(join(directory, `l-${file}`), from(`r4-l-${file}`));
	assert.ok(agrees(checkFile(directory, 'l-gaps.json')));
});

test('sequences in another order, with other ids and another seed, are the same cases', ({ directory }) => {
	for (const name of ['payload', 'references', 'ttl-controller', 'backoff', 'validation', 'managers-get']) {
		const [head, ...sequences] = readJsonLines('test', 'recordings', 'components', `${name}.jsonl`) as [object, ...object[]];
		const mixed = sequences.map((sequence, index) => ({ ...sequence, id: `other-${index}` })).reverse();
		write(directory, `${name}-mixed.jsonl`, { ...head, seed: 77, part: 'holdout', what: 'another text' }, ...mixed);
		const report = checkFile(directory, `${name}-mixed.jsonl`);
		assert.ok(agrees(report), name);
		assert.is('agreement' in report && report.agreement.cases, sequences.length);
	}
});

test('blocks of scripted timelines may come in any order, and alone', ({ directory }) => {
	const [head, ...lines] = readJsonLines('test', 'recordings', 'e2e', 'r4-d.jsonl') as [object, ...Record<string, unknown>[]];
	const ids = [...new Set(lines.map((line) => line['case']))].reverse();
	write(directory, 'any.jsonl', { ...head, what: 'R4 (x)' }, ...ids.flatMap((id) => lines.filter((line) => line['case'] === id)));
	write(directory, 'one.jsonl', head, ...lines.filter((line) => line['case'] === ids[0]));
	for (const [name, cases] of [
		['any.jsonl', ids.length],
		['one.jsonl', 1],
	] as const) {
		const report = checkFile(directory, name);
		assert.ok(agrees(report), name);
		assert.is('agreement' in report && report.agreement.cases, cases);
	}
});

test('what cannot be checked counts against us and says why', ({ directory }) => {
	write(directory, '1-unknown-area.jsonl', { ...header, area: 'horoscopes' });
	write(directory, '2-unknown-field.jsonl', { ...header, count: 1 }, { ...first, surprise: 1 });
	write(directory, '3-cut-short.jsonl', { ...header, count: 2 }, first);
	writeFileSync(join(directory, '4-broken.jsonl'), '{"area":');
	const reports = recordingNames(directory).map((name) => checkFile(directory, name));
	assert.equal(reports.map(agrees), [false, false, false, false]);
	const problems = reports.map((report) => ('problem' in report ? report.problem : 'checked'));
	assert.match(problems[0] as string, /no area covers/);
	assert.match(problems[1] as string, /unknown field surprise/);
	assert.match(problems[2] as string, /the header says 2 sequences, the file has 1/);
	assert.match(problems[3] as string, /JSON/);
	assert.match(tableText(reports), /4 files, 4 of them not checked/);
});

test('the first disagreement is told in full', ({ directory }) => {
	write(directory, 'x.jsonl', { ...header, count: 1 }, { ...first, configMapNames: ['other'] });
	const report = checkFile(directory, 'x.jsonl');
	assert.not(agrees(report));
	assert.match(detailText([report]), /x\.jsonl: first disagreement, full\ninput: \{.*recorded: \{.*"other".*ours: \{.*"cm-init-from"/s);
	assert.is(
		tableText([report]),
		[
			'file     cases  agreed  disagreed  not claimed',
			'----------------------------------------------',
			'x.jsonl      1       0          1            0',
			'----------------------------------------------',
			'1 files      1       0          1            0',
		].join('\n'),
	);
});

test('cases that nobody claims are counted and named', () => {
	const agreement = { cases: 1, agreed: 1, disagreements: [], notClaimed: ['a on memfs: no owners'] };
	const report = { name: 'x.jsonl', area: 'x', agreement };
	assert.ok(agrees(report));
	assert.is(detailText([report]), 'x.jsonl: not claimed\n  a on memfs: no owners');
});

test('every recording of the repository has an area, and every area a recording', () => {
	const directory = repositoryPath('test', 'recordings');
	const covered = recordingNames(directory).map((name) => {
		const lines = name.endsWith('.jsonl')
			? readJsonLines('test', 'recordings', name)
			: [JSON.parse(readFileSync(join(directory, name), 'utf8')) as unknown];
		return AREAS.find((area) => area.covers({ path: join(directory, name), name, lines }))?.name ?? `${name} has none`;
	});
	assert.equal([...new Set(covered)].sort(), AREAS.map((area) => area.name).sort());
});

test.run();
