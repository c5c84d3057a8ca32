// A SecretVolume in a process with limits: few file descriptors, or no rights. Argument: which. Prints what happened as JSON.

import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { SecretVolume } from '../../../src/volume.js';

const NOBODY = 65_534;
const which = process.argv[2];
if (which === 'EACCES' && process.getuid?.() === 0) {
	process.setgid?.(NOBODY);
	process.setuid?.(NOBODY);
}
const base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
const volume = await SecretVolume.create({ data: { a: 'old' }, directory: join(base, 'volume') });
const held: number[] = [];
if (which === 'EMFILE') {
	try {
		for (;;) held.push(openSync('/dev/null', 'r'));
	} catch {
		// As many as the limit allows.
	}
} else chmodSync(volume.path, 0o555);
let message = 'no error';
try {
	await volume.update({ a: 'new' });
} catch (error) {
	message = (error as Error).message.replaceAll(volume.path, '$ROOT').replace(/\.\.\d[\d_.]+/g, '..TS');
}
for (const descriptor of held) closeSync(descriptor);
if (which === 'EACCES') chmodSync(volume.path, 0o755);
const before = readFileSync(join(volume.path, 'a'), 'utf8');
await volume.update({ a: 'new' });
const after = readFileSync(join(volume.path, 'a'), 'utf8');
const left = await volume.close();
rmSync(base, { recursive: true, force: true });
process.stdout.write(JSON.stringify({ message, before, after, left }));
