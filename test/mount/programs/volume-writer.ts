// A SecretVolume that is updated as fast as it can be until the process is killed. Arguments: a directory, or `-` for one of
// the library's choice. Writes its path when the first update is done.

import process from 'node:process';
import { SecretVolume } from '../../../src/volume.js';

const directory = process.argv[2] as string;
const volume = await SecretVolume.create({ data: { a: '0', b: '0' }, ...(directory === '-' ? {} : { directory }) });
const seen = volume.subPath('a');
for (let generation = 1; ; generation++) {
	await volume.update({ a: String(generation), b: String(generation) });
	if (generation === 1) process.stdout.write(`${volume.path}\n${seen}\n`);
}
