// What an observation found, as a table for people and as one JSON document for programs. No values, names only.

import type { ConsumerSummary, Observation, ObservedVersion } from './observation.js';
import { CONSUMERS } from './volume-consumers.js';

/** Widest line of the table's notes. */
const WIDTH = 80;

function milliseconds(delay: number): string {
	return delay < 10 ? delay.toFixed(1) : delay.toFixed(0);
}

/** One update as a line: who noticed it, after how many milliseconds. */
export function versionLine(observation: Observation, version: ObservedVersion): string {
	const told = CONSUMERS.map(({ name }) => {
		const delay = observation.delayOf(name, version);
		return `${name} ${delay === null ? '-' : milliseconds(delay)}`;
	});
	const key = version.keyChanged ? '' : ' (the key is the same)';
	return `update ${version.number} ${version.directory}${key}: ${told.join(', ')}`;
}

/** The whole observation for people. */
export function observeText(directory: string, key: string, observation: Observation): string {
	const summaries = CONSUMERS.map((consumer) => observation.summary(consumer));
	const rows = summaries.map((summary) => [
		summary.title,
		String(summary.events),
		`${summary.noticed} of ${observation.updates}`,
		summary.lostLast ? 'NO' : observation.updates === 0 ? '' : 'yes',
		summary.delayMs === null ? '-' : `${milliseconds(summary.delayMs.median)} / ${milliseconds(summary.delayMs.max)}`,
	]);
	const head = ['consumer', 'events', 'noticed', 'has the last', 'first notice, ms (median / max)'];
	const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => (row[column] as string).length)));
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number)))
			.join('  ')
			.trimEnd();
	const notes = summaries.flatMap(notesOf);
	return [
		`${directory}, key ${key}: ${observation.updates} update${observation.updates === 1 ? '' : 's'}`,
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
		updates: observation.versions.slice(1).map((version) => ({
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
