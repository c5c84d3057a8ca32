// The variants of a run side by side, and their paired differences. Up to four variants are columns and get every row;
// more of them are rows and get the columns that decide.

import type { Comparison, RunResult } from '../measure/result.js';
import { HEADLINE_ROWS, type HeadlineRow, NARROW_ROWS } from './headline.js';
import { differenceText, intervalText, mayBeZero } from './metric-text.js';
import { columns, cutTo, heading, type Palette, REPORT_WIDTH } from './text-layout.js';

const VARIANTS_AS_COLUMNS = 4;
const LABEL_WIDTH = 27;

function variantColumns(run: RunResult, palette: Palette): string[] {
	const { variants } = run;
	const width = Math.min(20, Math.floor((REPORT_WIDTH - 2 - LABEL_WIDTH) / variants.length) - 2);
	const layout = [{ width: LABEL_WIDTH }, ...variants.map(() => ({ align: 'right', width }) as const)];
	const rows: string[][] = [['', ...variants.map((variant) => palette.heading(cutTo(variant.name, width)))]];
	let group = '';
	for (const row of HEADLINE_ROWS) {
		if (row.group !== group) rows.push([palette.heading(row.group)]);
		group = row.group;
		rows.push([`  ${row.label}`, ...variants.map((variant) => row.text(variant, run))]);
	}
	return columns(layout, rows);
}

/** Columns that give way, in this order, when the names of the variants need their room. */
const GIVING_WAY = ['etcd\nreads/s', 'volume,\np50', 'all have\nit, p99'];

/** The columns that fit beside names whose longest word has a length, and their widths. */
function fittingRows(run: RunResult, longestWord: number): { rows: readonly HeadlineRow[]; widths: readonly number[]; nameWidth: number } {
	let rows = NARROW_ROWS;
	for (let given = 0; ; given++) {
		const widths = rows.map((row) =>
			Math.max(...row.short.split('\n').map((line) => line.length), ...run.variants.map((variant) => row.text(variant, run).length)),
		);
		const nameWidth = REPORT_WIDTH - 2 - widths.reduce((sum, width) => sum + width + 2, 0);
		const next = GIVING_WAY[given];
		if (nameWidth >= longestWord || next === undefined) return { rows, widths, nameWidth };
		rows = rows.filter((row) => row.short !== next);
	}
}

function variantRows(run: RunResult, palette: Palette): string[] {
	const { variants } = run;
	const longestWord = Math.max(...variants.flatMap(({ name }) => name.split(' ').map((word) => word.length)));
	const { rows, widths, nameWidth } = fittingRows(run, longestWord);
	const layout = [{ width: nameWidth }, ...widths.map((width) => ({ align: 'right', width }) as const)];
	const titles = [0, 1].map((line) => ['', ...rows.map((row) => palette.dim(row.short.split('\n')[line] ?? ''))]);
	return columns(layout, [...titles, ...variants.map((variant) => [variant.name, ...rows.map((row) => row.text(variant, run))])]);
}

function differences(run: RunResult, palette: Palette): string[] {
	const lines: string[] = [];
	const pairs = new Map<string, Comparison[]>();
	for (const comparison of run.comparisons) {
		const pair = `${comparison.variant} - ${comparison.against}`;
		pairs.set(pair, [...(pairs.get(pair) ?? []), comparison]);
	}
	for (const [pair, comparisons] of pairs) {
		const rows = comparisons.map((comparison) => {
			const { metric, pairedDifference, interval95 } = comparison;
			const verdict = mayBeZero(interval95) ? palette.dim('may be 0') : '';
			return [cutTo(metric, 36), differenceText(metric, pairedDifference), intervalText(metric, interval95), verdict];
		});
		lines.push('', `  ${palette.heading(cutTo(pair, 55))}${palette.dim(', the same luck in both')}`);
		lines.push(...columns([{ width: 36 }, { align: 'right', width: 10 }, { width: 18 }, {}], rows));
	}
	return lines;
}

/** The lines of the comparison of a run's variants. */
export function comparisonTable(run: RunResult, palette: Palette): string[] {
	const { variants } = run;
	const table = variants.length <= VARIANTS_AS_COLUMNS ? variantColumns(run, palette) : variantRows(run, palette);
	return [heading(variants.length === 1 ? 'At a glance' : 'Side by side', palette), ...table, ...differences(run, palette), ''];
}
