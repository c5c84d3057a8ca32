// What an observation found, as a table for people and as one JSON document for programs. No values, names only.

import { CONSUMERS } from './consumers.js';
import type { ConsumerSummary, Observation, ObservedVersion } from './observation.js';

/** Widest line of the table's notes. */
const WIDTH = 80;

function milliseconds(delay: number): string {
	return delay < 10 ? delay.toFixed(1) : delay.toFixed(0);
}

/** Width of a column of {@link liveHead}, the space before it included. */
const columnWidth = (column: readonly [string, string]): number => Math.max(...column.map((text) => text.length), 4) + 2;

const NUMBER_WIDTH = 6;
const TIME_WIDTH = 14;

/** Two lines above the lines of {@link versionLine}: kinds of consumers, and what each looks at. */
export function liveHead(): string {
	const cells = (which: 0 | 1): string =>
		CONSUMERS.map(({ column }, index) => {
			const repeated = which === 0 && CONSUMERS[index - 1]?.column[0] === column[0];
			return (repeated ? '' : column[which]).padStart(columnWidth(column));
		}).join('');
	const first = 'update'.padEnd(NUMBER_WIDTH) + 'time'.padStart(TIME_WIDTH);
	return `${' '.repeat(NUMBER_WIDTH + TIME_WIDTH)}${cells(0)}\n${first}${cells(1)}  (ms)`;
}

/** One update as a line: who noticed it, after how many milliseconds; `-`: did not. */
export function versionLine(observation: Observation, version: ObservedVersion): string {
	const cells = CONSUMERS.map(({ name, column }) => {
		const delay = observation.delayOf(name, version);
		return (delay === null ? '-' : milliseconds(delay)).padStart(columnWidth(column));
	});
	const time = new Date(version.at).toISOString().slice(11, 23);
	const key = version.keyChanged ? '' : '  the key is the same';
	return `${String(version.number).padEnd(NUMBER_WIDTH)}${time.padStart(TIME_WIDTH)}${cells.join('')}${key}`;
}

/** The whole observation for people. */
export function observeText(directory: string, key: string, observation: Observation): string {
	const summaries = CONSUMERS.map((consumer) => observation.summary(consumer));
	const count = observation.updates.length;
	const rows = summaries.map((summary) => [
		summary.title,
		String(summary.events),
		`${summary.noticed} of ${count}`,
		String(summary.missed.length),
		`${summary.lostLast ? 'STALE ' : ''}${summary.lastSeen}`,
		summary.delayMs === null ? '-' : `${milliseconds(summary.delayMs.median)} / ${milliseconds(summary.delayMs.max)}`,
	]);
	const head = ['consumer', 'events', 'noticed', 'missed', 'last seen', 'first notice, ms (median / max)'];
	const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => (row[column] as string).length)));
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)))
			.join('  ')
			.trimEnd();
	const young = observation.tooYoung === 0 ? '' : `; ${observation.tooYoung} more came just before the end and are not counted`;
	const notes = summaries.flatMap(notesOf);
	return [
		`${directory}, key ${key}: ${count} update${count === 1 ? '' : 's'}${young}`,
		'',
		line(head),
		...rows.map(line),
		...(notes.length === 0 ? [] : ['', ...notes]),
		'',
	].join('\n');
}

function notesOf({ title, missed, loss, errors }: ConsumerSummary): readonly string[] {
	const told = errors.map((error) => wrap(`${title}: failed: ${error}`));
	if (loss === null) return told;
	return [...told, wrap(`${title} missed ${missed.length === 1 ? `update ${missed[0]}` : `${missed.length} updates`}: ${loss}.`)];
}

function wrap(text: string): string {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > WIDTH) {
			lines.push(line);
			line = `  ${word}`;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	return [...lines, line].join('\n');
}

/** The whole observation as one JSON document; times in milliseconds of the wall clock. */
export function observeJson(directory: string, key: string, observation: Observation): string {
	const document = {
		schema: 'secretsim.observation/v1',
		directory,
		key,
		notCounted: observation.tooYoung,
		updates: observation.updates.map((version) => ({
			number: version.number,
			directory: version.directory,
			time: new Date(version.at).toISOString(),
			keyChanged: version.keyChanged,
			firstNoticeMs: Object.fromEntries(CONSUMERS.map(({ name }) => [name, observation.delayOf(name, version)])),
		})),
		consumers: CONSUMERS.map((consumer) => observation.summary(consumer)),
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}
