// A volume that is updated in bursts, from a process of its own so that observers are not held up by the writer. Arguments: a
// directory, and an fsGroup or nothing. Each line on standard input is `COUNT GAP`: so many updates, so many milliseconds apart. `end` closes it.

import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretVolume } from '../../../src/volume.js';

const [directory, fsGroup] = process.argv.slice(2) as [string, string?];
const volume = await SecretVolume.create({
	data: { a: '0', b: 'same' },
	directory,
	...(fsGroup === undefined ? {} : { fsGroup: Number(fsGroup) }),
});
process.stdout.write('ready\n');
let value = 0;
for await (const line of createInterface({ input: process.stdin })) {
	if (line === 'end') break;
	const [count, gap] = line.split(' ').map(Number) as [number, number];
	for (let i = 0; i < count; i++) {
		await volume.update({ a: String(++value) });
		await sleep(gap);
	}
	process.stdout.write('done\n');
}
await volume.close();
