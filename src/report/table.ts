// The terminal report of `secretsim run`: each variant in full, what was assumed, then the variants side by side, the
// thresholds and the answer in one sentence. What matters most comes last, because that is what a terminal shows when
// the program has ended. It receives Results and gives text of 80 columns.

import type { Results, RunResult } from '../measure/result.js';
import { comparisonTable } from './comparison-table.js';
import { headlineSentence } from './headline.js';
import { metricText } from './metric-text.js';
import { counted, formatSpan } from './number-format.js';
import { columns, command, cutTo, heading, type Palette, paletteFor, paragraph, REPORT_WIDTH, remainingWidth } from './text-layout.js';
import { variantBlock } from './variant-block.js';

/** How the report is printed. */
export interface TableOptions {
	/** Colour codes in the text. Default: false. */
	readonly color?: boolean;
	/** Also one block per variant. Default: true; false leaves the comparison. */
	readonly details?: boolean;
}

function titleLines(run: RunResult, palette: Palette): string[] {
	const { scenario } = run;
	const facts = [
		`Kubernetes ${scenario.kubernetes}`,
		`${formatSpan(scenario.durationSeconds)} of virtual time (the first ${formatSpan(scenario.warmUpSeconds)} not measured)`,
		counted(scenario.replications, 'replication'),
		`seed ${scenario.seed}`,
	];
	return [palette.heading(cutTo(scenario.name, REPORT_WIDTH)), ...paragraph(facts.join(', ')).map(palette.dim), ''];
}

function expectationLines(run: RunResult, palette: Palette): string[] {
	if (run.expectations.length === 0) return [];
	const failed = run.expectations.filter((one) => !one.met).length;
	const variantWidth = Math.min(16, Math.max(...run.expectations.map((one) => one.variant.length)));
	const metricWidth = remainingWidth([6, variantWidth, 12, 10]);
	const layout = [{ width: 6 }, { width: variantWidth }, { width: metricWidth }, { width: 12 }, { align: 'right', width: 10 }] as const;
	const rows = run.expectations.map((one) => [
		one.met ? palette.good('met') : palette.bad('FAILED'),
		one.variant,
		// A path has no blanks to be wrapped at, and cut it would name another metric.
		paragraph(one.metric, '', metricWidth).join('\n'),
		one.limit,
		metricText(one.metric, one.value),
	]);
	const title = failed === 0 ? 'Expectations: all met' : `Expectations: ${failed} of ${run.expectations.length} failed`;
	return [heading(title, palette), ...columns(layout, rows), ''];
}

function sentences(title: string, lines: readonly string[], palette: Palette, color: (text: string) => string): string[] {
	if (lines.length === 0) return [];
	return [heading(title, palette), ...lines.flatMap((line) => paragraph(line, '  - ')).map(color), ''];
}

/** The report of one run. */
export function runTable(run: RunResult, options: TableOptions = {}): string[] {
	const palette = paletteFor(options.color ?? false);
	const blocks = options.details === false ? [] : run.variants.flatMap((variant) => variantBlock(variant, run, palette));
	return [
		...titleLines(run, palette),
		...blocks,
		...sentences('Assumed', run.assumptions, palette, palette.dim),
		...sentences('Warnings', run.warnings, palette, palette.notice),
		...comparisonTable(run, palette),
		...expectationLines(run, palette),
		heading('In short', palette),
		...paragraph(headlineSentence(run.variants), '  '),
		'',
	];
}

/** The whole terminal report, with a line at its end that says how to get the same bytes again. */
export function renderTable(results: Results, options: TableOptions = {}): string {
	const palette = paletteFor(options.color ?? false);
	const lines = results.runs.flatMap((run) => runTable(run, options));
	const digests = results.runs.map((run) => run.scenario.planDigest).join(' ');
	lines.push(heading('Reproduce', palette));
	lines.push(...command(results.program.command));
	lines.push(...paragraph(`secretsim ${results.program.version}, plan ${digests}`, '  ').map(palette.dim));
	return `${lines.join('\n')}\n`;
}
