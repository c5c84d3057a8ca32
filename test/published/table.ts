// Holds the program against every published number and writes the table: for the terminal, and as results/validation.md.

import { readFileSync } from 'node:fs';
import { repositoryPath } from '../support/repository.js';
import { type Check, type Control, type PublishedRow, Study, theProgram, wrongProgram } from './check.js';
import { DELAY_ROWS } from './rows-delay.js';
import { SERVER_ROWS } from './rows-server.js';

/** All rows, by number. */
export const ROWS: readonly PublishedRow[] = [...DELAY_ROWS, ...SERVER_ROWS].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** What came of one row. */
export interface RowReport {
	readonly row: PublishedRow;
	readonly checks: readonly Check[];
	/** One for each of the row's controls. */
	readonly controls: readonly ControlReport[];
}

/** What came of one negative control. */
export interface ControlReport {
	readonly mistake: string;
	/** Checks that the program meets with the control's settings. */
	readonly checks: number;
	/** How many of them fail with the mistake. */
	readonly failed: number;
	/** One of these, in words. */
	readonly example: string;
}

/** True when the row is met and all its controls fail. */
export function rowMet({ checks, controls }: RowReport): boolean {
	return checks.every((check) => check.met) && controls.every(({ failed }) => failed > 0);
}

/** Runs one row, and its negative controls. */
export async function reportRow(row: PublishedRow): Promise<RowReport> {
	const checks = await row.check(new Study(await theProgram(), row.scenario));
	const controls: ControlReport[] = [];
	for (const control of row.controls) controls.push(await reportControl(row, control, checks));
	return { row, checks, controls };
}

/**
 * Runs one negative control. What fails without the mistake as well, for example because the smaller scenario has too few
 * samples, says nothing and is not counted.
 *
 * @param checks of the row without the mistake; run here when the control has settings of its own.
 */
export async function reportControl(row: PublishedRow, control: Control, checks: readonly Check[] = []): Promise<ControlReport> {
	const { mistake, edits, set } = control;
	const known = set === undefined && checks.length > 0;
	const right = known ? checks : await row.check(new Study(await theProgram(), row.scenario, set));
	const program = await wrongProgram(`${row.id}-${row.controls.indexOf(control) + 1}`, edits);
	const wrong = await row.check(new Study(program, row.scenario, set));
	const meant = right.filter((check) => check.met);
	const failed = meant.flatMap((check) => wrong.filter((other) => other.what === check.what && !other.met));
	const [first] = failed;
	const example = first === undefined ? 'nothing is noticed' : `${first.what}: ${first.simulated} instead of ${first.published}`;
	return { mistake, checks: meant.length, failed: failed.length, example };
}

function verdict(met: boolean): string {
	return met ? 'met' : 'NOT MET';
}

/** One row for the terminal. */
export function rowText(report: RowReport): string {
	const { row, checks, controls } = report;
	const lines = [`${row.id}  ${row.fact}`, `    source: ${row.source}`];
	for (const check of checks)
		lines.push(`    ${check.what} | published ${check.published} | simulated ${check.simulated} | ${verdict(check.met)}`);
	for (const { mistake, failed, checks: count } of controls)
		lines.push(`    with the mistake "${mistake}" ${failed} of ${count} checks fail | ${verdict(failed > 0)}`);
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
	for (const { row, controls } of reports) {
		for (const { mistake, failed, checks, example } of controls)
			lines.push(`| ${[row.id, mistake, `${failed} of ${checks}`, example, verdict(failed > 0)].map(cell).join(' | ')} |`);
	}
	lines.push('');
	return lines.join('\n');
}
