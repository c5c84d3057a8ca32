import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';
import { documentWith, picturePath, RUNS, runSection } from './ground-truth.js';

const test = suite('docs/ground-truth.md');
const document = readFileSync(repositoryPath('docs', 'ground-truth.md'), 'utf8');

// The smallest run stands for all: the same function makes each section, and the whole takes a minute and a half.
test('the numbers and the picture of a run are what npm run docs:ground-truth writes, twice', async () => {
	const [once, twice] = [await runSection('r5a'), await runSection('r5a')];
	assert.equal(once, twice);
	assert.is(once.rows.length, 3);
	for (const row of once.rows) assert.ok(document.includes(`\n${row}\n`), `not in the document: ${row}`);
	assert.is(`${once.svg}\n`, readFileSync(repositoryPath('docs', picturePath('r5a')), 'utf8'));
});

test('the document holds the rows and the picture of each run, and nothing else between its marks', () => {
	const rows = document.split('\n').filter((line) => /^\| (r\d|run)/.test(line));
	const numbers = rows.filter((line) => Object.keys(RUNS).some((run) => line.startsWith(`| ${run} |`)));
	assert.is(numbers.length, 3 * Object.keys(RUNS).length);
	assert.is(documentWith(document, numbers), document);
	for (const run of Object.keys(RUNS)) assert.match(readFileSync(repositoryPath('docs', picturePath(run)), 'utf8'), /^<svg role="img"/);
});

test('a document without a place for numbers is an error', () => {
	assert.throws(() => documentWith('nothing', []), /no place for its numbers/);
});

test.run();
