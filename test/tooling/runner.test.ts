// The guarded runner must not believe a test run that proves nothing. Each case is a small test file, written to a temporary folder
// laid out like the repository, with one mistake that plain uvu lets pass or waits for.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

const HEAD = `import { suite } from 'uvu'; import * as assert from 'uvu/assert';\nconst test = suite('case');\n`;
const GOOD = `${HEAD}test('one', () => assert.is(1, 1)); test('two', () => {}); test.run();`;

interface Outcome {
	readonly code: number | null;
	readonly output: string;
	readonly lastLine: string;
}

/** Runs the runner over files given as name -> compiled text. */
function runner(files: Readonly<Record<string, string>>, ...options: readonly string[]): Outcome {
	const root = mkdtempSync(join(tmpdir(), 'secretsim-runner-'));
	try {
		mkdirSync(join(root, 'test'));
		mkdirSync(join(root, 'build/test'), { recursive: true });
		writeFileSync(join(root, 'package.json'), '{"type":"module"}');
		symlinkSync(repositoryPath('node_modules'), join(root, 'node_modules'));
		for (const [name, text] of Object.entries(files)) {
			writeFileSync(join(root, 'test', `${name}.test.ts`), '');
			writeFileSync(join(root, 'build/test', `${name}.test.js`), text);
		}
		const run = spawnSync(process.execPath, [repositoryPath('test/run.mjs'), '--floor', '0', ...options, '--root', root], {
			encoding: 'utf8',
		});
		const output = run.stdout + run.stderr;
		return { code: run.status, output, lastLine: output.trimEnd().split('\n').at(-1) ?? '' };
	} finally {
		rmSync(root, { recursive: true });
	}
}

const runnerTest = suite('guarded runner');

runnerTest('counts what passed and ends with the plain line', () => {
	const { code, lastLine } = runner({ good: GOOD, alsoGood: GOOD });
	assert.is(lastLine, '4 passed, 0 failed');
	assert.is(code, 0);
});

runnerTest('reports a failing assertion with its difference', () => {
	const { code, output, lastLine } = runner({ good: GOOD, bad: `${HEAD}test('sum', () => assert.is(1 + 1, 3)); test.run();` });
	assert.is(lastLine, '2 passed, 1 failed');
	assert.is(code, 1);
	assert.match(output, /✘ test\/bad\.test\.ts/);
	assert.match(output, /Expected values to be strictly equal/);
});

const MISTAKES: readonly (readonly [mistake: string, text: string, reason: RegExp])[] = [
	['a thrown string', `${HEAD}test('a', () => { throw 'text'; }); test('b', () => {}); test.run();`, /threw what is not an Error/],
	['a thrown null', `${HEAD}test('a', async () => { throw null; }); test.run();`, /threw what is not an Error/],
	['an empty suite', `${HEAD}test.run();`, /no test ran/],
	['a file without a suite', 'export {};', /no test ran/],
	['a forgotten .run()', `${HEAD}test('a', () => assert.is(1, 2));`, /suite `test` is never run/],
	[
		'one forgotten .run() of two',
		`${HEAD}\nconst other = suite('other'); test('a', () => {}); other('b', () => assert.is(1, 2)); test.run();`,
		/suite `other` is never run/,
	],
	[
		'a test added after .run()',
		`${HEAD}test('a', () => {}); test.run();\ntest('late', () => assert.is(1, 2));`,
		/added to suite `test` after its last/,
	],
	['an early exit in a test', `${HEAD}test('a', () => process.exit(0)); test.run();`, /without a summary/],
	['an early exit while loading', `${GOOD} process.exit(0);`, /without a summary/],
	['an error while loading', `throw new Error('broken module');`, /broken module/],
	['a promise that never settles', `${HEAD}test('a', () => new Promise(() => {})); test.run();`, /without a summary/],
	['an unhandled rejection', `${HEAD}test('a', () => { Promise.reject(new Error('lost')); }); test.run();`, /lost/],
	[
		'an exit code set behind',
		`${HEAD}test('a', () => {}); test.run(); process.on('exit', () => { process.exitCode = 7; });`,
		/exit code 7/,
	],
	['a suite narrowed by only', `${HEAD}test('a', () => {}); test.${'only'}('b', () => {}); test.run();`, /leaves the other tests out/],
];

for (const [mistake, text, reason] of MISTAKES) {
	runnerTest(`does not believe ${mistake}`, () => {
		const { code, output, lastLine } = runner({ good: GOOD, wrong: text });
		assert.match(output, reason);
		assert.match(lastLine, /^\d+ passed, [1-9]\d* failed$/);
		assert.is(code, 1);
	});
}

runnerTest('kills a test that hangs, together with what it started', () => {
	const hang = `${HEAD}import { spawn } from 'node:child_process';
		test('a', () => new Promise(() => { spawn('sleep', ['600'], { stdio: 'inherit' }); setInterval(() => {}, 1000); })); test.run();`;
	const { code, output, lastLine } = runner({ hang }, '--deadline', '1');
	assert.match(output, /killed after 1 s: a test hangs/);
	assert.is(lastLine, '0 passed, 1 failed');
	assert.is(code, 1);
});

runnerTest('kills a file that leaves something open after its tests', () => {
	const { code, output } = runner({ open: `${GOOD} setInterval(() => {}, 1000);` }, '--deadline', '1');
	assert.match(output, /killed after 1 s: the tests ended but something was left open/);
	assert.is(code, 1);
});

runnerTest('fails when a source was not compiled', () => {
	const root = mkdtempSync(join(tmpdir(), 'secretsim-runner-'));
	try {
		mkdirSync(join(root, 'test'));
		writeFileSync(join(root, 'test/lost.test.ts'), '');
		const run = spawnSync(process.execPath, [repositoryPath('test/run.mjs'), '--root', root, '--floor', '0'], { encoding: 'utf8' });
		assert.match(run.stdout, /test\/lost\.test\.ts: not compiled/);
		assert.is(run.status, 1);
	} finally {
		rmSync(root, { recursive: true });
	}
});

runnerTest('fails when nothing matches the filter, and below the floor', () => {
	assert.is(runner({ good: GOOD }, 'nothing-like-it').lastLine, '0 passed, 1 failed');
	const below = runner({ good: GOOD }, '--floor', '3');
	assert.match(below.output, /only 2 tests ran/);
	assert.is(below.code, 1);
});

runnerTest('a filter runs the files whose path contains it and asks for no floor', () => {
	const { lastLine, code } = runner(
		{ good: GOOD, bad: `${HEAD}test('a', () => assert.is(1, 2)); test.run();` },
		'good.test',
		'--floor',
		'99',
	);
	assert.is(lastLine, '2 passed, 0 failed');
	assert.is(code, 0);
});

runnerTest.run();
