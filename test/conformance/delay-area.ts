// The delay runs as areas of the conformance runner. A run has three files, told by their headers and not by their names; the
// figures of each are reported with it, the other two are looked for in its folder, and the run is simulated once.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Agreement, canonicalJson } from './agreement.js';
import { type DelayRunFiles, readDelayRun } from './delay-recording.js';
import { compareDelayRun, type DelayComparison, type DelayFile, delayRunAgreement } from './delay-runs.js';

const SUFFIX: Readonly<Record<DelayFile, string>> = { samples: '-samples.jsonl', gaps: '-gaps.json', load: '-load.json' };

type Header = Readonly<Record<string, unknown>>;

/** Which file of a delay run a header belongs to; null for none. */
export function delayFileOf(header: Header): DelayFile | null {
	if (header['header'] !== true || typeof header['nodes'] !== 'object' || !('writeSpacingSeconds' in header)) return null;
	if ('gaps' in header) return 'gaps';
	if ('load' in header) return 'load';
	const documented = header['fields'];
	return typeof documented === 'object' && documented !== null && 'tVisible' in documented ? 'samples' : null;
}

/** What the three files of a run have in common. */
function runOf({ beganUTC, seed, kind, syncFrequencySeconds, nodes }: Header): string {
	return canonicalJson([beganUTC, seed, kind, syncFrequencySeconds, nodes]);
}

/** Reads the files of a delay run. @param stem path of its files without what tells them apart, for example `.../e2e/r1`. */
export function readDelayFiles(stem: string): DelayRunFiles {
	return readFiles({ samples: `${stem}${SUFFIX.samples}`, gaps: `${stem}${SUFFIX.gaps}`, load: `${stem}${SUFFIX.load}` });
}

function readFiles(paths: Readonly<Record<DelayFile, string>>): DelayRunFiles {
	const text = (file: DelayFile): string => readFileSync(paths[file], 'utf8');
	const lines = text('samples')
		.split('\n')
		.filter((line) => line !== '');
	return {
		samples: lines.map((line) => JSON.parse(line) as unknown),
		gaps: JSON.parse(text('gaps')) as unknown,
		load: JSON.parse(text('load')) as unknown,
	};
}

/** The files of the run that a file belongs to: those beside it whose headers are of the same run. */
function filesBeside(path: string, file: DelayFile, run: string): Readonly<Record<DelayFile, string>> {
	const found: Partial<Record<DelayFile, string>> = { [file]: path };
	const stem = path.slice(0, -SUFFIX[file].length);
	const folder = dirname(path);
	const names = readdirSync(folder).filter((name) => /\.jsonl?$/.test(name));
	// The usual names first: they spare reading the others.
	names.sort((a, b) => Number(join(folder, b).startsWith(stem)) - Number(join(folder, a).startsWith(stem)));
	for (const name of names) {
		if (Object.keys(found).length === 3) break;
		const header = headerAt(join(folder, name));
		const kind = header === null ? null : delayFileOf(header);
		if (header === null || kind === null || runOf(header) !== run) continue;
		// Both halves of a run may lie in one folder: the one with the same name, or else of the same half, is meant.
		found[kind] ??= join(folder, name);
	}
	const { samples, gaps, load } = found;
	if (samples === undefined || gaps === undefined || load === undefined) {
		const missing = (['samples', 'gaps', 'load'] as const).filter((kind) => found[kind] === undefined);
		throw new Error(`${basename(path)}: the ${missing.join(' and ')} of this delay run are not beside it`);
	}
	return { samples, gaps, load };
}

/** The header of a file; null when its first line is none. */
function headerAt(path: string): Header | null {
	try {
		const text = readFileSync(path, 'utf8');
		const value: unknown = JSON.parse(path.endsWith('.json') ? text : (text.split('\n', 1)[0] as string));
		return typeof value === 'object' && value !== null ? (value as Header) : null;
	} catch (error) {
		// Another recording that is broken is told of where it is checked itself.
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** The run that was compared last: the runner comes to its files one after the other. */
let last: { readonly run: string; readonly comparison: DelayComparison } | undefined;

/**
 * Checks one file of a delay run; the other two must lie in its folder.
 *
 * @param path of the file.
 * @throws Error when a file is missing or not understood.
 */
export function delayFileAgreement(path: string, file: DelayFile): Agreement {
	const header = headerAt(path);
	if (header === null) throw new Error(`${basename(path)} has no header`);
	const run = `${dirname(path)} ${runOf(header)}`;
	if (last?.run !== run) last = { run, comparison: compareDelayRun(readDelayRun(readFiles(filesBeside(path, file, runOf(header))))) };
	return delayRunAgreement(last.comparison, file);
}
