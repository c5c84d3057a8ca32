// `mount` in a process without root's rights, whoever starts it. Arguments: a directory of that user with app.yaml in it, and
// the directory to mount at. Ends by itself; leaves with the exit code that the command line would give.

import process from 'node:process';
import { Readable } from 'node:stream';
import { runMount } from '../../../src/mount/mount-command.js';

const [base, dir] = process.argv.slice(2) as [string, string];
if (process.getuid?.() === 0) {
	process.setgroups?.([]);
	process.setgid?.(65_534);
	process.setuid?.(65_534);
}
const none = (): Promise<never> => Promise.reject(new Error('no scenario here'));
const system = { stdin: Readable.from(['update Secret/db password=two\n', 'quit\n']), stdout: process.stdout, stderr: process.stderr };
const options = { dir, flat: false, backing: 'auto', keep: false, output: 'json', kubernetes: '1.36', watch: false } as const;
try {
	process.exitCode = await runMount([`${base}/app.yaml`], { ...options, replication: 0, speed: 1, from: 0 }, system, {
		loadScenario: none,
		engine: none,
	});
} catch (error) {
	process.stderr.write(`${(error as Error).message}\n`);
	process.exitCode = (error as { readonly code?: unknown }).code === 'INPUT' ? 2 : 3;
}
