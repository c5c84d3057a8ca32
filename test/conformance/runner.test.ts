import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
		const lines = name.endsWith('.jsonl') ? readJsonLines('test', 'recordings', name) : [];
		return AREAS.find((area) => area.covers({ path: join(directory, name), name, lines }))?.name ?? `${name} has none`;
	});
	assert.equal([...new Set(covered)].sort(), AREAS.map((area) => area.name).sort());
});

test.run();
