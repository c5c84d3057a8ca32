// A process of its own that strace watches: does every traced write of a recording on a fresh directory, each between two
// marks (an lstat of a name that nobody has). Arguments: a directory to work in and the path of the recording.

import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { realFileSystem } from '../../src/projection/adapters/real-directory.js';
import { doOperation, replayNames } from './atomic-writer.js';
import { RecordedObject } from './recording.js';
import { VolumeTree } from './volume-tree.js';

const [directory, recording] = process.argv.slice(2) as [string, string];
process.umask(0o022);
const errors: (string | null)[] = [];
const cases = JSON.parse(readFileSync(recording, 'utf8')) as { before: unknown[] | null; op: unknown }[];
for (const [index, { before, op }] of cases.entries()) {
	const root = `${directory}/case-${index}`;
	mkdirSync(root, { mode: 0o755 });
	const volume = new VolumeTree(realFileSystem, root);
	const names = replayNames(`case-${index}`);
	const run = (step: unknown): void => {
		const operation = new RecordedObject(step, `case ${index}`);
		doOperation(volume, operation, names, []);
		operation.end();
	};
	for (const step of before ?? []) run(step);
	lstatSync(`/begin-${index}`, { throwIfNoEntry: false });
	let failed: string | null = null;
	try {
		run(op);
	} catch (error) {
		failed = (error as Error).message.replaceAll(root, '$ROOT');
	}
	lstatSync(`/end-${index}`, { throwIfNoEntry: false });
	errors.push(failed);
}
process.stdout.write(JSON.stringify(errors));
