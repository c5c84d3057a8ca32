// The guarded test runner. uvu leaves with 0 when a test throws a string, when a suite is empty, when `.run()` is forgotten and when
// no file matches, and it waits for ever when a test leaves a server open. This runner starts one uvu process per test file, reads its
// summary and believes nothing else: a file passes when uvu ran at least one test of it, all of them passed, and the process ended by
// itself with 0 before the deadline.
//
//   node test/run.mjs [FILTER...] [--root DIR] [--jobs N] [--deadline SECONDS] [--floor N]
//
// FILTER keeps the files whose path contains it. Without a filter the whole must reach the floor of test/floor.json, so that tests do
// not vanish unnoticed. The last line is `N passed, N failed`.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const UVU = resolve(HERE, '../node_modules/uvu/bin.js');
const SUMMARY = /\n {2}Total: {5}(\d+)\n {2}Passed: {4}(\d+)\n {2}Skipped: {3}(\d+)\n {2}Duration: /g;

const { values, positionals: filters } = parseArgs({
	allowPositionals: true,
	options: {
		root: { type: 'string', default: resolve(HERE, '..') },
		jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
		deadline: { type: 'string', default: '600' },
		floor: { type: 'string' },
	},
});
const root = resolve(values.root);
const deadlineMs = Number(values.deadline) * 1000;

/** Paths of all `*.test.ts` below a folder, relative to it, sorted. */
function testSources(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
		.sort();
}

/**
 * What uvu cannot see at run time: a suite that is never run although another one of the file is, a test added after its suite's
 * `.run()`, and `.only(`, which leaves the other tests out and still counts as success.
 */
function mistakesOf(source) {
	const mistakes = [];
	if (/\.only\s*\(/.test(source)) mistakes.push('`.only(` leaves the other tests out');
	for (const [, name] of source.matchAll(/^(?:const|let|var)\s+(\w+)\s*=\s*suite\s*\(/gm)) {
		const lastRun = source.lastIndexOf(`${name}.run()`);
		if (lastRun < 0) mistakes.push(`suite \`${name}\` is never run: add \`${name}.run();\``);
		const lastTest = Math.max(...[...source.matchAll(new RegExp(`(?<![\\w.])${name}\\s*\\(`, 'g'))].map((match) => match.index), -1);
		if (lastRun >= 0 && lastTest > lastRun) mistakes.push(`a test is added to suite \`${name}\` after its last \`.run()\``);
	}
	return mistakes;
}

/** Starts uvu on one compiled file; settles when its process group is gone. Never rejects. */
function runFile(compiled) {
	return new Promise((settle) => {
		const pattern = `^${basename(compiled).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
		const started = process.hrtime.bigint();
		const child = spawn(process.execPath, ['--enable-source-maps', UVU, dirname(compiled), pattern, '--no-color'], {
			cwd: root,
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		let output = '';
		let late = false;
		const killGroup = () => {
			try {
				process.kill(-child.pid, 'SIGKILL');
			} catch {
				// The group is gone already.
			}
		};
		const timer = setTimeout(() => {
			late = true;
			killGroup();
		}, deadlineMs);
		running.add(killGroup);
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8');
			stream.on('data', (text) => {
				output += text;
			});
		}
		child.on('error', (error) => {
			output += `\n${error.stack}\n`;
		});
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			killGroup();
			running.delete(killGroup);
			settle({ output, late, code, signal, seconds: Number(process.hrtime.bigint() - started) / 1e9 });
		});
	});
}

/** Judges one file: how many tests passed and failed, how many were skipped, and why the file is not believed. */
function verdict({ output, late, code, signal }, mistakes) {
	const summary = [...output.matchAll(SUMMARY)].at(-1);
	const [total, passed, skipped] = summary ? summary.slice(1).map(Number) : [0, 0, 0];
	const reasons = [...mistakes];
	if (late) {
		reasons.push(`killed after ${values.deadline} s: ${summary ? 'the tests ended but something was left open' : 'a test hangs'}`);
	} else if (!summary) {
		reasons.push(`it ended (${signal ?? `exit code ${code}`}) without a summary: an early exit, or an error while loading`);
	} else if (total === 0 && skipped === 0) {
		reasons.push('no test ran: an empty suite or a forgotten `.run()`');
	} else if (code !== 0 && passed === total) {
		reasons.push(`exit code ${code}, although all its tests passed`);
	}
	if (summary && passed < total && code === 0) {
		reasons.push(`${total - passed} of ${total} tests did not pass but uvu left with 0: something threw what is not an Error`);
	}
	// A file that is not believed counts as one failure at least, whatever its tests say.
	const failed = Math.max(total - passed, reasons.length > 0 ? 1 : 0);
	return { passed, failed, skipped, reasons };
}

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
	process.on(signal, () => {
		for (const kill of running) kill();
		process.exit(130);
	});
}

const sum = { passed: 0, failed: 0, skipped: 0 };
const complain = (message) => {
	sum.failed += 1;
	process.stdout.write(`✘ ${message}\n`);
};

const sources = testSources(join(root, 'test'));
const chosen = sources.filter((file) => filters.length === 0 || filters.some((filter) => join('test', file).includes(filter)));
if (chosen.length === 0) complain(filters.length > 0 ? `no test file matches ${filters.join(' ')}` : 'there are no test files');

const waiting = [...chosen];
async function worker() {
	for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
		const compiled = join(root, 'build/test', file.replace(/\.ts$/, '.js'));
		if (!existsSync(compiled)) {
			complain(`test/${file}: not compiled (npx tsc -p tsconfig.json)`);
			continue;
		}
		const run = await runFile(compiled);
		const { passed, failed, skipped, reasons } = verdict(run, mistakesOf(readFileSync(compiled, 'utf8')));
		sum.passed += passed;
		sum.failed += failed;
		sum.skipped += skipped;
		const counts = `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
		process.stdout.write(`${failed > 0 ? '✘' : '•'} test/${file}  ${counts}  (${run.seconds.toFixed(1)} s)\n`);
		for (const reason of reasons) process.stdout.write(`  ${reason}\n`);
		// What tests say of themselves: why they skipped, what they counted.
		for (const [note] of run.output.matchAll(/\b(?:skipped|counted): .*$/gm)) process.stdout.write(`  ${note}\n`);
		if (failed > 0) process.stdout.write(`${run.output.trimEnd()}\n`);
	}
}
await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker));

if (filters.length === 0) {
	const floorFile = join(root, 'test/floor.json');
	const floor = Number(values.floor ?? (existsSync(floorFile) ? JSON.parse(readFileSync(floorFile, 'utf8')).tests : Number.NaN));
	if (!Number.isInteger(floor)) complain('the floor is missing: test/floor.json holds { "tests": N }');
	else if (sum.passed + sum.failed < floor) complain(`only ${sum.passed + sum.failed} tests ran, test/floor.json asks for ${floor}`);
}
if (sum.skipped > 0) process.stdout.write(`${sum.skipped} skipped\n`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`);
