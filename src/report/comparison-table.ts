// The variants of a run side by side, and their paired differences. Up to four variants are columns and get every row;
// more of them are rows and get the columns that decide.

import type { Comparison, RunResult } from '../measure/result.js';
import { HEADLINE_ROWS, type HeadlineRow, NARROW_ROWS } from './headline.js';
import { formatNumber, formatSeconds, formatSecondsInterval, NO_VALUE, withSign } from './number-format.js';
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

function variantRows(run: RunResult, palette: Palette): string[] {
	const { variants } = run;
	const cells = variants.map((variant) => NARROW_ROWS.map((row) => row.text(variant, run)));
	const widthOf = (row: HeadlineRow, index: number): number =>
		Math.max(...row.short.split('\n').map((line) => line.length), ...cells.map((texts) => (texts[index] ?? '').length));
	const widths = NARROW_ROWS.map(widthOf);
	const nameWidth = REPORT_WIDTH - 2 - widths.reduce((sum, width) => sum + width + 2, 0);
	const layout = [{ width: nameWidth }, ...widths.map((width) => ({ align: 'right', width }) as const)];
	const titles = [0, 1].map((line) => ['', ...NARROW_ROWS.map((row) => palette.dim(row.short.split('\n')[line] ?? ''))]);
	return columns(layout, [...titles, ...variants.map((variant, index) => [variant.name, ...(cells[index] ?? [])])]);
}

function isSeconds(metric: string): boolean {
	return /seconds/i.test(metric) && !/perSecond/i.test(metric);
}

function differenceText(comparison: Comparison): [string, string] {
	const { metric, pairedDifference, interval95 } = comparison;
	if (pairedDifference === null) return [NO_VALUE, ''];
	const seconds = isSeconds(metric);
	const text = withSign(seconds ? formatSeconds(pairedDifference) : formatNumber(pairedDifference), pairedDifference);
	if (interval95 === null) return [text, ''];
	return [text, seconds ? formatSecondsInterval(interval95) : `[${interval95.map(formatNumber).join(', ')}]`];
}

/** Says of a difference whether its interval leaves room for none at all. */
function verdict({ interval95 }: Comparison, palette: Palette): string {
	if (interval95 === null) return '';
	return interval95[0] > 0 || interval95[1] < 0 ? '' : palette.dim('may be 0');
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
			const [text, interval] = differenceText(comparison);
			return [cutTo(comparison.metric, 36), text, interval, verdict(comparison, palette)];
		});
		lines.push('', `  ${palette.heading(cutTo(pair, 40))}${palette.dim(', the same luck in both')}`);
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
