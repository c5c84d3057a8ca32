// The scenarios of scenarios/validation load, each belongs to a row, and what is quick is checked here: the rows that are exact,
// with their negative controls, and of the statistical rows the controls. This is the shortened form of `npm run published`, which
// runs all rows whole and writes results/validation.md.

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';
import { Study, theProgram } from './check.js';
import { ROWS, reportControl, reportRow, rowMet, rowText } from './table.js';

const test = suite('published numbers, shortened');

/** Rows that run in about a second with their controls. */
const QUICK: readonly string[] = ['P5', 'P6', 'P18', 'P19', 'P20'];
/** Of these, which take longer, the control alone: a smaller study of the program, and of the program with the mistake. */
const CONTROL_ONLY: readonly string[] = ['P1', 'P23'];

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

for (const row of ROWS.filter(({ id }) => CONTROL_ONLY.includes(id))) {
	for (const control of row.controls) {
		test(`${row.id}, shortened: ${control.mistake} is noticed`, async () => {
			const { failed, example } = await reportControl(row, control);
			assert.ok(failed > 0, example);
		});
	}
}

test('every row has a negative control', () => {
	assert.equal(
		ROWS.filter((row) => row.controls.length === 0).map((row) => row.id),
		[],
	);
});

test('results/validation.md has every row, and every row is met', () => {
	const page = readFileSync(repositoryPath('results', 'validation.md'), 'utf8');
	for (const { id, controls } of ROWS) {
		assert.match(page, `| ${id} |`);
		for (const { mistake } of controls) assert.match(page, `| ${id} | ${mistake} |`);
	}
	assert.match(page, `${ROWS.length} of ${ROWS.length} rows are met`);
	assert.not.match(page, 'NOT MET');
});

test.run();
