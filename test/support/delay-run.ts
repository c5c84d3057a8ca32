// Reads the three files of a recorded delay run from the copies in the repository.

import { readFileSync } from 'node:fs';
import type { DelayRunFiles } from '../conformance/delay-recording.js';
import { readJsonLines, repositoryPath } from './repository.js';

/** The files of the run `name`, for example `r1`. */
export function delayRunFiles(name: string): DelayRunFiles {
	const json = (kind: string): unknown =>
		JSON.parse(readFileSync(repositoryPath('test', 'recordings', 'e2e', `${name}-${kind}.json`), 'utf8'));
	return { samples: readJsonLines('test', 'recordings', 'e2e', `${name}-samples.jsonl`), gaps: json('gaps'), load: json('load') };
}
