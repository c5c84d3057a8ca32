// Checks every recording of a folder and reports on it. A recording that nobody covers, or that holds something its area
// does not understand, counts against us like a disagreement: nothing is skipped without being named.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Agreement } from './agreement.js';
import { AREAS, type Area, type Recording } from './areas.js';

/** What became of one file. */
export type FileReport =
	| { readonly name: string; readonly area: string; readonly agreement: Agreement }
	/** It could not be checked at all. */
	| { readonly name: string; readonly problem: string };

/** Names of the recordings in a folder and below it, sorted. Everything that is no `.jsonl` or `.json` file is prose or code. */
export function recordingNames(directory: string): string[] {
	return readdirSync(directory, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.jsonl?$/.test(entry.name) && !entry.parentPath.split(sep).includes('recorder'))
		.map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.sort();
}

function readRecording(directory: string, name: string): Recording {
	const path = join(directory, name);
	const text = readFileSync(path, 'utf8');
	if (name.endsWith('.json')) return { path, name, lines: [JSON.parse(text)] };
	const lines = text.split('\n').filter((line) => line !== '');
	return { path, name, lines: lines.map((line) => JSON.parse(line) as unknown) };
}

/** Checks one file of recordings. Never throws. */
export function checkFile(directory: string, name: string, areas: readonly Area[] = AREAS): FileReport {
	try {
		const recording = readRecording(directory, name);
		const area = areas.find((one) => one.covers(recording));
		if (area === undefined) return { name, problem: 'no area covers this kind of recording' };
		return { name, area: area.name, agreement: area.check(recording) };
	} catch (error) {
		return { name, problem: error instanceof Error ? error.message : String(error) };
	}
}

/** True when the file was checked and nothing in it disagrees. */
export function agrees(report: FileReport): boolean {
	return 'agreement' in report && report.agreement.disagreements.length === 0;
}

const COLUMNS = ['file', 'cases', 'agreed', 'disagreed', 'not claimed'] as const;

function cells(report: FileReport): string[] {
	if ('problem' in report) return [report.name, 'error', '', '', ''];
	const { cases, agreed, disagreements, notClaimed } = report.agreement;
	return [report.name, cases, agreed, disagreements.length, notClaimed.length].map(String);
}

function totals(reports: readonly FileReport[]): string[] {
	const sum = (count: (agreement: Agreement) => number) =>
		String(reports.reduce((total, report) => total + ('agreement' in report ? count(report.agreement) : 0), 0));
	const left = reports.filter((report) => 'problem' in report).length;
	return [
		`${reports.length} files${left === 0 ? '' : `, ${left} of them not checked`}`,
		sum((agreement) => agreement.cases),
		sum((agreement) => agreement.agreed),
		sum((agreement) => agreement.disagreements.length),
		sum((agreement) => agreement.notClaimed.length),
	];
}

/** The table, one line a file. */
export function tableText(reports: readonly FileReport[]): string {
	const rows = [[...COLUMNS], ...reports.map(cells), totals(reports)];
	const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
	const line = (row: readonly string[]) =>
		row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number))).join('  ');
	const rule = '-'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
	const [head, ...body] = rows.map(line);
	return [head, rule, ...body.slice(0, -1), rule, body.at(-1)].join('\n');
}

/** What needs words: files that were not checked, the first disagreement of each file in full, and what nobody claims. */
export function detailText(reports: readonly FileReport[]): string {
	const parts: string[] = [];
	for (const report of reports) {
		if ('problem' in report) {
			parts.push(`${report.name}: not checked: ${report.problem}`);
			continue;
		}
		const [first] = report.agreement.disagreements;
		if (first !== undefined) {
			const show = (value: unknown) => JSON.stringify(value, undefined, 2) ?? 'nothing';
			parts.push(
				`${report.name}: first disagreement, ${first.id}\ninput: ${show(first.input)}\nrecorded: ${show(first.recorded)}\nours: ${show(first.ours)}`,
			);
		}
		const { notClaimed, notes = [] } = report.agreement;
		if (notClaimed.length > 0) parts.push(`${report.name}: not claimed\n${notClaimed.map((name) => `  ${name}`).join('\n')}`);
		if (notes.length > 0) parts.push(`${report.name}\n${notes.map((note) => `  ${note}`).join('\n')}`);
	}
	return parts.join('\n\n');
}
