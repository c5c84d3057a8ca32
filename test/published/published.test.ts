// The scenarios of scenarios/validation load, each belongs to a row, and the rows that are exact are met, with their negative
// controls. The statistical rows take longer: `npm run published` runs all of them and writes results/validation.md.

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';
import { Study, theProgram } from './check.js';
import { ROWS, reportRow, rowMet, rowText } from './table.js';

const test = suite('published numbers');

/** Rows that run in well under a second. */
const QUICK: readonly string[] = ['P5', 'P6', 'P18', 'P19', 'P20'];

test('every scenario of scenarios/validation belongs to a row and loads', async () => {
	const files = readdirSync(repositoryPath('scenarios', 'validation')).filter((name) => name.endsWith('.yaml'));
	assert.equal(files.sort(), ROWS.flatMap((row) => (row.scenario === null ? [] : [row.scenario])).sort());
	const program = await theProgram();
	for (const file of files) {
		const plan = await new Study(program, file).plan();
		assert.is(`${plan.scenario.name}.yaml`, file);
		assert.ok(plan.expectations.length > 0, file);
	}
});

for (const row of ROWS.filter(({ id }) => QUICK.includes(id))) {
	test(`${row.id}: ${row.fact}`, async () => {
		const report = await reportRow(row);
		assert.ok(rowMet(report), rowText(report));
	});
}

test('the named negative controls are there', () => {
	assert.equal(
		ROWS.filter((row) => row.control !== undefined).map((row) => row.id),
		['P1', 'P6', 'P19', 'P23'],
	);
});

test('results/validation.md has every row, and every row is met', () => {
	const page = readFileSync(repositoryPath('results', 'validation.md'), 'utf8');
	for (const { id } of ROWS) assert.match(page, `| ${id} |`);
	assert.match(page, `${ROWS.length} of ${ROWS.length} rows are met`);
	assert.not.match(page, 'NOT MET');
});

test.run();
