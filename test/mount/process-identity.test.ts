// Who lives and who does not: a mount removes what a killed one has left, and nothing else.

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { livenessOf, ownIdentity } from '../../src/mount/process-identity.js';

const test = suite('identity of a process');

/** The number of a process that has ended. */
function endedPid(): number {
	const { pid } = spawnSync(process.execPath, ['-e', '']);
	return pid;
}

test('a process lives until it ends, and a number that was given away is another one', () => {
	const own = ownIdentity();
	assert.is(livenessOf(own), 'alive');
	assert.is(livenessOf({ ...own, pid: endedPid() }), 'gone');
	assert.is(livenessOf({ ...own, namespace: 'pid:[1]' }), 'unknown');
	if (own.started !== null) assert.is(livenessOf({ ...own, started: '1' }), 'gone');
});

test('who cannot read when a process was started does not take it for dead', () => {
	const unreadable = (): null => null;
	const started = ownIdentity().started ?? '1';
	assert.is(livenessOf({ ...ownIdentity(), started }, unreadable), 'unknown');
	assert.is(livenessOf({ ...ownIdentity(), started, pid: endedPid() }, unreadable), 'gone');
});

test.run();
