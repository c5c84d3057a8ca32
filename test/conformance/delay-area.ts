// The delay runs as areas of the conformance runner. A run has three files; the figures of each are reported with it, and the
// run is simulated once.

import { readFileSync } from 'node:fs';
import type { Agreement } from './agreement.js';
import { type DelayRunFiles, readDelayRun } from './delay-recording.js';
import { compareDelayRun, type DelayComparison, type DelayFile, delayRunAgreement } from './delay-runs.js';

const SUFFIX: Readonly<Record<DelayFile, string>> = { samples: '-samples.jsonl', gaps: '-gaps.json', load: '-load.json' };

/** True when a name is that of one of the three files of a delay run. */
export function isDelayFile(name: string, file: DelayFile): boolean {
	return name.endsWith(SUFFIX[file]);
}

/** Reads the files of a delay run. @param stem path of its files without what tells them apart, for example `.../e2e/r1`. */
export function readDelayFiles(stem: string): DelayRunFiles {
	const text = (file: DelayFile): string => readFileSync(`${stem}${SUFFIX[file]}`, 'utf8');
	const lines = text('samples')
		.split('\n')
		.filter((line) => line !== '');
	return {
		samples: lines.map((line) => JSON.parse(line) as unknown),
		gaps: JSON.parse(text('gaps')) as unknown,
		load: JSON.parse(text('load')) as unknown,
	};
}

/** The run that was compared last: the runner comes to its files one after the other. */
let last: { readonly stem: string; readonly comparison: DelayComparison } | undefined;

/**
 * Checks one file of a delay run; the other two must lie beside it.
 *
 * @param path of the file.
 * @throws Error when a file is missing or not understood.
 */
export function delayFileAgreement(path: string, file: DelayFile): Agreement {
	const stem = path.slice(0, -SUFFIX[file].length);
	if (last?.stem !== stem) last = { stem, comparison: compareDelayRun(readDelayRun(readDelayFiles(stem))) };
	return delayRunAgreement(last.comparison, file);
}
