import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { straceBlocked, syscallAgreement } from './atomic-writer-syscalls.js';

const test = suite('conformance: system calls of a write');
const lines = readJsonLines('test', 'recordings', 'components', 'atomic-writer-syscalls.jsonl');
const blocked = straceBlocked();

test('strace is there where it is mandatory', () => {
	if (process.env['CI'] === 'true') assert.is(blocked, null, 'CI has to install strace and run as root');
	else if (blocked !== null) console.log(`  skipped: ${blocked}`);
});

(blocked === null ? test : test.skip)('one write makes the calls of the real writer, in its order', () => {
	const { cases, disagreements } = syscallAgreement(lines, blocked);
	assert.equal(disagreements[0], undefined, `${disagreements.length} of ${cases} disagree`);
	assert.is(cases, lines.length - 1);
});

(blocked === null ? test : test.skip)('a call out of order is a disagreement', () => {
	const { calls, ...rest } = lines[1] as { calls: string[][] };
	const swapped = calls.map(([first, second, ...others]) => [second, first, ...others]);
	const { agreed } = syscallAgreement(
		[
			{ ...(lines[0] as object), count: 1 },
			{ ...rest, calls: swapped },
		],
		blocked,
	);
	assert.is(agreed, 0);
});

test('without strace every trace is named as not claimed', () => {
	const { cases, notClaimed } = syscallAgreement(lines, 'strace is not installed');
	assert.is(cases, 0);
	assert.is(notClaimed.length, lines.length - 1);
});

test.run();
