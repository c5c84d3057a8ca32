// Swaps generation after generation into a directory, as fast as it can, until it is killed. Arguments: the directory and the
// first generation. Writes one line when the first swap is done.

import process from 'node:process';
import { generationFiles, generationWriter } from './generations.js';

const [directory, first] = process.argv.slice(2) as [string, string];
const writer = generationWriter(directory);
for (let generation = Number(first); ; generation++) {
	writer.write(generationFiles(generation));
	if (generation === Number(first)) process.stdout.write('ready\n');
}
