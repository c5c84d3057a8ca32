// Holds the program against every published number and writes the table: for the terminal, and as results/validation.md.

import { readFileSync } from 'node:fs';
import { repositoryPath } from '../support/repository.js';
import { type Check, type PublishedRow, Study, theProgram, wrongProgram } from './check.js';
import { DELAY_ROWS } from './rows-delay.js';
import { SERVER_ROWS } from './rows-server.js';

/** All rows, by number. */
export const ROWS: readonly PublishedRow[] = [...DELAY_ROWS, ...SERVER_ROWS].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** What came of one row. */
export interface RowReport {
	readonly row: PublishedRow;
	readonly checks: readonly Check[];
	/** Null: the row has no control. */
	readonly control: { readonly failed: number; readonly checks: number; readonly example: string } | null;
}

/** True when the row is met and its control fails. */
export function rowMet({ checks, control }: RowReport): boolean {
	return checks.every((check) => check.met) && (control === null || control.failed > 0);
}

/** Runs one row, and its negative control. */
export async function reportRow(row: PublishedRow): Promise<RowReport> {
	const checks = await row.check(new Study(await theProgram(), row.scenario));
	if (row.control === undefined) return { row, checks, control: null };
	const wrong = await wrongProgram(row.id, row.control.edits);
	const controlled = await row.check(new Study(wrong, row.scenario, row.control.set));
	const unmet = controlled.filter((check) => !check.met);
	const [first] = unmet;
	const example = first === undefined ? 'nothing is noticed' : `${first.what}: ${first.simulated}`;
	return { row, checks, control: { failed: unmet.length, checks: controlled.length, example } };
}

function verdict(met: boolean): string {
	return met ? 'met' : 'NOT MET';
}

/** One row for the terminal. */
export function rowText(report: RowReport): string {
	const { row, checks, control } = report;
	const lines = [`${row.id}  ${row.fact}`, `    source: ${row.source}`];
	for (const check of checks)
		lines.push(`    ${check.what} | published ${check.published} | simulated ${check.simulated} | ${verdict(check.met)}`);
	if (control !== null) {
		lines.push(
			`    with the mistake "${row.control?.mistake}" ${control.failed} of ${control.checks} checks fail | ${verdict(control.failed > 0)}`,
		);
	}
	return `${lines.join('\n')}\n`;
}

function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The document results/validation.md. The same program and seeds give the same bytes. */
export function validationDocument(reports: readonly RowReport[]): string {
	const { version } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as { version: string };
	const met = reports.filter(rowMet).length;
	const lines = [
		'# Published numbers',
		'',
		`Made by \`npm run published\` with secretsim ${version}; every scenario below \`scenarios/validation/\` names its own seed and release.`,
		`${met} of ${reports.length} rows are met. A row with a negative control is met only if it fails for a program with that mistake in it.`,
		'',
		'| id | published fact | source | check | published | simulated | verdict |',
		'| --- | --- | --- | --- | --- | --- | --- |',
	];
	for (const { row, checks } of reports) {
		const fact = row.scenario === null ? row.fact : `${row.fact} ([scenario](../scenarios/validation/${row.scenario}))`;
		for (const [index, check] of checks.entries()) {
			const head = index === 0 ? [row.id, fact, row.source] : ['', '', ''];
			lines.push(`| ${[...head, check.what, check.published, check.simulated, verdict(check.met)].map(cell).join(' | ')} |`);
		}
	}
	lines.push(
		'',
		'## Negative controls',
		'',
		'| id | mistake put into the program | checks that fail | for example | verdict |',
		'| --- | --- | --- | --- | --- |',
	);
	for (const { row, control } of reports) {
		if (control === null || row.control === undefined) continue;
		lines.push(
			`| ${[row.id, row.control.mistake, `${control.failed} of ${control.checks}`, control.example, verdict(control.failed > 0)].map(cell).join(' | ')} |`,
		);
	}
	lines.push('');
	return lines.join('\n');
}
