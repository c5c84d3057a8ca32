// Reads all keys of a volume again and again while somebody swaps it. Arguments: the directory, how many reads at least, how:
// `pinned` asks `..data` once per pass and reads below what it said, `visible` opens each key through its visible link; and how
// many generations it has to meet before it stops, since on a busy machine the writer may rest. Prints what it saw as JSON.

import { readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { generationOf, KEYS } from './generations.js';

const [directory, wanted, how, swaps] = process.argv.slice(2) as [string, string, 'pinned' | 'visible', string];
let reads = 0;
let passes = 0;
let mixes = 0;
let broken = 0;
let retries = 0;
let backwards = 0;
let last = 0;
const seen = new Set<number>();
while (reads < Number(wanted) || seen.size < Number(swaps)) {
	try {
		const base = how === 'pinned' ? `${directory}/${readlinkSync(`${directory}/..data`)}` : directory;
		const generations = KEYS.map((key) => generationOf(key, readFileSync(`${base}/${key}`)));
		reads += KEYS.length;
		passes++;
		if (generations.includes(-1)) broken++;
		if (new Set(generations).size > 1) mixes++;
		const [generation = 0] = generations;
		if (generation < last) backwards++;
		last = generation;
		seen.add(generation);
	} catch (error) {
		// The directory that was asked for is gone: a correct consumer starts its pass again.
		if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
		retries++;
	}
}
process.stdout.write(JSON.stringify({ reads, passes, mixes, broken, retries, backwards, generations: seen.size }));
