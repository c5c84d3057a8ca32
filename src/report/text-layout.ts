// The page of the terminal report: 80 columns, borderless columns of text, headings and wrapped paragraphs. It receives
// strings (coloured or not) and gives lines that never pass the right margin.

import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import picocolors from 'picocolors';

/** The width that every report fits, in columns. */
export const REPORT_WIDTH = 80;

/** Columns that a text takes on a terminal: colour codes take none, every other character one. */
function visibleWidth(text: string): number {
	return [...stripVTControlCharacters(text)].length;
}

/** What the report uses colour for; without colour each entry gives its text back. */
export interface Palette {
	readonly heading: (text: string) => string;
	readonly dim: (text: string) => string;
	readonly good: (text: string) => string;
	readonly bad: (text: string) => string;
	readonly notice: (text: string) => string;
}

/** The palette of a terminal, or the plain one. */
export function paletteFor(color: boolean): Palette {
	const colors = picocolors.createColors(color);
	return {
		heading: colors.bold,
		dim: colors.dim,
		good: colors.green,
		bad: colors.red,
		notice: colors.yellow,
	};
}

/** One column of {@link columns}. */
export interface Column {
	readonly align?: 'left' | 'right';
	/** Columns of the terminal that it takes; by default as many as its widest cell needs. */
	readonly width?: number;
}

const NO_BORDER = {
	top: '',
	'top-mid': '',
	'top-left': '',
	'top-right': '',
	bottom: '',
	'bottom-mid': '',
	'bottom-left': '',
	'bottom-right': '',
	left: '',
	'left-mid': '',
	mid: '',
	'mid-mid': '',
	right: '',
	'right-mid': '',
	middle: '  ',
};

/** Takes from the widest column, one by one, until all of them and the gaps between them fit the page. */
function shrinkToPage(widths: number[]): number[] {
	const room = REPORT_WIDTH - 2 - 2 * (widths.length - 1);
	while (widths.reduce((sum, width) => sum + width, 0) > room) {
		const widest = widths.indexOf(Math.max(...widths));
		widths[widest] = (widths[widest] ?? 0) - 1;
	}
	return widths;
}

/**
 * Rows of cells in aligned columns, two blanks apart, each line indented by two. Text that is wider than its column
 * is wrapped at blanks; a word that is still too wide is cut, with an ellipsis.
 */
export function columns(layout: readonly Column[], rows: readonly (readonly string[])[]): string[] {
	const wanted = layout.map((column, index) => column.width ?? Math.max(1, ...rows.map((row) => visibleWidth(row[index] ?? ''))));
	const widths = shrinkToPage(wanted);
	const table = new Table({
		chars: NO_BORDER,
		style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
		colAligns: layout.map((column) => column.align ?? 'left'),
		colWidths: [...widths],
		wordWrap: true,
	});
	for (const row of rows) table.push(layout.map((_, index) => row[index] ?? ''));
	if (rows.length === 0) return [];
	return table
		.toString()
		.split('\n')
		.map((line) => `  ${line}`.trimEnd());
}

/** Columns that remain for one column when the others and the gaps between them are taken from the page. */
export function remainingWidth(taken: readonly number[]): number {
	return REPORT_WIDTH - 2 - taken.reduce((sum, width) => sum + width + 2, 0);
}

/** A heading over the full width: `Watch ─────`. */
export function heading(text: string, palette: Palette): string {
	const title = cutTo(text, REPORT_WIDTH - 6);
	return `${palette.heading(title)} ${palette.dim('─'.repeat(REPORT_WIDTH - visibleWidth(title) - 1))}`;
}

/** Text cut to a width, with an ellipsis where something is missing. */
export function cutTo(text: string, width: number): string {
	if (visibleWidth(text) <= width) return text;
	let cut = '';
	for (const character of text) {
		if (visibleWidth(cut + character) > width - 1) break;
		cut += character;
	}
	return `${cut}…`;
}

/**
 * A paragraph wrapped at blanks to the width of the report. A single word wider than the page (a path, a digest) is
 * broken where the line ends, so that nothing is lost.
 *
 * @param first what stands before the first line; the following lines are indented by as much.
 */
export function paragraph(text: string, first = '', width: number = REPORT_WIDTH): string[] {
	const indent = ' '.repeat(visibleWidth(first));
	const room = width - indent.length;
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(/\s+/)) {
		let rest = word;
		if (line !== '' && visibleWidth(line) + 1 + visibleWidth(rest) > room) {
			lines.push(line);
			line = '';
		}
		while (visibleWidth(rest) > room) {
			lines.push(rest.slice(0, room));
			rest = rest.slice(room);
		}
		line = line === '' ? rest : `${line} ${rest}`;
	}
	if (line !== '' || lines.length === 0) lines.push(line);
	return lines.map((content, index) => (index === 0 ? first : indent) + content);
}

/** A shell command over as many lines as it needs, joined by backslashes so that it can be copied. */
export function command(text: string): string[] {
	return paragraph(text, '  ', REPORT_WIDTH - 2).map((line, index, all) => (index < all.length - 1 ? `${line} \\` : line));
}
