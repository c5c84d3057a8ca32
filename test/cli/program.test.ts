import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../src/cli/exit-code.js';
import { runCommandLine } from '../../src/cli/program.js';
import type { ScenarioOverrides, Services } from '../../src/cli/services.js';
import type { Results } from '../../src/measure/result.js';
import { captureSystem, type FakePart, fakeEngine, fakeServices, planFixture } from './fake-services.js';

const test = suite<{ root: string }>('command line');

test.before.each((context) => {
	context.root = mkdtempSync(join(tmpdir(), 'secretsim-cli-'));
});
test.after.each((context) => {
	rmSync(context.root, { recursive: true, force: true });
});

interface Ended {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

async function run(words: readonly string[], services: Services = fakeServices(loadFixturePlan), env = {}, isTTY = false): Promise<Ended> {
	const { system, out, err } = captureSystem(env, isTTY);
	const code = await runCommandLine(words, system, services);
	return { code, out: out(), err: err() };
}

function loadFixturePlan(file: string, { seed, replications }: ScenarioOverrides) {
	if (file === 'wrong.yaml') throw new UsageError('wrong.yaml:3:1: unknown field "durationn"');
	return planFixture({
		scenario: { name: file.replace('.yaml', ''), file },
		...(seed === undefined ? {} : { seed }),
		...(replications === undefined ? {} : { replications }),
	});
}

test('JSON is exactly one document on stdout, and stderr is silent', async () => {
	const { code, out, err } = await run(['run', 'a.yaml', '-o', 'json']);
	assert.is(code, 0);
	assert.is(err, '');
	const results = JSON.parse(out) as Results;
	assert.is(results.schema, 'secretsim.results/v1');
	assert.equal(results.program, { version: '9.9.9', command: 'secretsim run a.yaml' });
});

test('every variant and replication is simulated exactly once, in order', async () => {
	const { out } = await run(['run', 'a.yaml', '-o', 'json']);
	const results = JSON.parse(out) as Results;
	assert.equal(results.runs[0]?.assumptions, ['Watch/0/0', 'Watch/1/0', 'Watch/2/0', 'Get/0/0', 'Get/1/0', 'Get/2/0']);
});

test('several files make one document with a run each', async () => {
	const { out } = await run(['run', 'a.yaml', 'b.yaml', '-o', 'json']);
	assert.equal(
		(JSON.parse(out) as Results).runs.map((one) => one.scenario.name),
		['a', 'b'],
	);
});

test('a threshold that was not met gives exit code 1, and machines are told on stderr', async () => {
	const { code, out, err } = await run(['run', 'a.yaml', '--seed', '666', '-o', 'json']);
	assert.is(code, 1);
	assert.is((JSON.parse(out) as Results).runs[0]?.expectations[0]?.met, false);
	assert.is(err, 'secretsim: a, Get: propagation.delaySeconds.p99 is 93, expected max 92s\n');
	const table = await run(['run', 'a.yaml', '--seed', '666']);
	assert.is(table.code, 1);
	assert.match(table.out, /Expectations: 1 of 1 failed/);
});

test('the command to get the same again has what changes the result and nothing else', async () => {
	const words = [
		'run',
		'a b.yaml',
		'--out',
		'x',
		'--seed',
		'7',
		'--workers',
		'1',
		'--set',
		'cluster.nodes=5',
		'--set',
		'actions[0].stringData.password=hunter2',
		'-o',
		'json',
		'--replications',
		'2',
	];
	const { out } = await run(words.filter((word) => word !== '--out' && word !== 'x'));
	assert.is(
		(JSON.parse(out) as Results).program.command,
		"secretsim run 'a b.yaml' --seed 7 --replications 2 --set cluster.nodes=5 --set 'actions[0].stringData.password=...'",
	);
	assert.not.match(out, /hunter2/);
});

test('--out writes the five files, and says where', async ({ root }) => {
	const { code, err } = await run(['run', 'a.yaml', '--out', root]);
	assert.is(code, 0);
	assert.is(err, `wrote ${join(root, 'a')}/\n`);
	assert.equal(readdirSync(join(root, 'a')).sort(), ['load.csv', 'report.html', 'report.txt', 'result.json', 'samples.csv']);
	assert.match(readFileSync(join(root, 'a', 'samples.csv'), 'utf8'), /^variant,replication,write,object,/);
	assert.is((JSON.parse(readFileSync(join(root, 'a', 'result.json'), 'utf8')) as Results).runs.length, 1);
});

test('a wrong file is exit code 2 before anything runs or is written', async ({ root }) => {
	const engine = fakeEngine({
		simulate: () => {
			throw new Error('simulated');
		},
	});
	const { code, out, err } = await run(['run', 'a.yaml', 'wrong.yaml', '--out', root], fakeServices(loadFixturePlan, engine));
	assert.is(code, 2);
	assert.is(out, '');
	assert.is(err, 'secretsim: wrong.yaml:3:1: unknown field "durationn"\n');
	assert.equal(readdirSync(root), []);
});

test('two scenarios of one name cannot share a folder', async ({ root }) => {
	const { code, err } = await run(['run', 'a.yaml', 'a.yaml', '--out', root]);
	assert.is(code, 2);
	assert.match(err, /two of the scenarios are named "a"/);
});

test('wrong options and commands are exit code 2 with a suggestion', async () => {
	for (const [words, message] of [
		[['run', 'a.yaml', '--sed', '1'], /unknown option '--sed'[\s\S]*Did you mean one of --seed/],
		[['rnu', 'a.yaml'], /unknown command 'rnu'[\s\S]*Did you mean run\?/],
		[['run'], /missing required argument 'file'/],
		[['run', 'a.yaml', '-o', 'xml'], /Allowed choices are table, json, csv, html/],
		[['run', 'a.yaml', '--seed', '-1'], /whole number of at least 0/],
		[['run', 'a.yaml', '--replications', '1.5'], /whole number of at least 1/],
		[['run', 'a.yaml', '--set', 'nonsense'], /Must be PATH=VALUE/],
		[['run', 'a.yaml', 'b.yaml', '-o', 'csv'], /one scenario/],
		[['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
		[[], /Usage: secretsim/],
	] as const) {
		const { code, out, err } = await run(words);
		assert.is(code, 2, words.join(' '));
		assert.is(out, '', words.join(' '));
		assert.match(err, message);
	}
});

test('an unexpected exception is exit code 3 and asks for a report', async () => {
	const engine = fakeEngine({
		simulate: () => {
			throw new TypeError('x is not a function');
		},
	});
	const { code, out, err } = await run(['run', 'a.yaml'], fakeServices(loadFixturePlan, engine));
	assert.is(code, 3);
	assert.is(out, '');
	assert.match(err, /internal error: TypeError: x is not a function/);
	assert.match(err, /defect of secretsim 9\.9\.9.*Please report it/);
});

test('a parser that quotes what it could not read does not print a secret', async () => {
	const engine = fakeEngine({ simulate: () => JSON.parse('hunter2-and-more') as never });
	const { code, err } = await run(['run', 'a.yaml'], fakeServices(loadFixturePlan, engine));
	assert.is(code, 3);
	assert.not.match(err, /hunter2/);
});

test('help and version go to stdout and are exit code 0', async () => {
	for (const words of [['--help'], ['help'], ['run', '--help'], ['help', 'run']]) {
		const { code, out, err } = await run(words);
		assert.is(code, 0);
		assert.is(err, '');
		assert.match(out, /Usage: secretsim/);
		assert.ok(Math.max(...out.split('\n').map((line) => line.length)) <= 80, words.join(' '));
	}
	assert.equal(await run(['--version']), { code: 0, out: '9.9.9\n', err: '' });
});

test('colour only on a terminal that wants it', async () => {
	const colored = async (words: string[], env: Record<string, string>, isTTY: boolean): Promise<boolean> =>
		(await run(['run', 'a.yaml', ...words], undefined, env, isTTY)).out.includes('\u001b[');
	assert.is(await colored([], {}, true), true);
	assert.is(await colored([], {}, false), false);
	assert.is(await colored(['--no-color'], {}, true), false);
	assert.is(await colored([], { NO_COLOR: '1' }, true), false);
	assert.is(await colored([], { TERM: 'dumb' }, true), false);
	assert.is(await colored([], { FORCE_COLOR: '1' }, false), true);
});

test('validate names every wrong file and says what the right ones are', async () => {
	const { code, out, err } = await run(['validate', 'wrong.yaml', 'a.yaml']);
	assert.is(code, 2);
	assert.match(out, /^a\.yaml: valid \(2 variants, 3 replications, 20 nodes,/);
	assert.match(err, /wrong\.yaml:3:1: unknown field/);
	assert.match(err, /1 of 2 files are wrong/);
	assert.is((await run(['validate', 'a.yaml'])).code, 0);
});

test('diagnostics carry virtual time and no clock', async () => {
	const engine = fakeEngine();
	const traced = fakeEngine({
		simulate(plan, options) {
			options?.trace?.({ kind: 'swap', at: 1_500_000, node: 'node-1', pod: 'default/web-0', volume: 'db' });
			options?.trace?.({ kind: 'reprocess', at: 1_600_000, node: 'node-1', pod: 'default/web-0' });
			return engine.simulate(plan, options) as FakePart;
		},
	});
	const lines = (await run(['run', 'a.yaml', '--replications', '1', '--log-level', 'debug'], fakeServices(loadFixturePlan, traced))).err
		.trim()
		.split('\n');
	const swaps = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['msg'] === 'swap');
	assert.equal(swaps[0], {
		level: 'debug',
		simSeconds: 1.5,
		simNs: 1_500_000_000,
		scenario: 'a',
		variant: 'Watch',
		replication: 0,
		kind: 'swap',
		node: 'node-1',
		pod: 'default/web-0',
		volume: 'db',
		msg: 'swap',
	});
	assert.is(swaps.length, 2);
	assert.not.match(lines.join('\n'), /reprocess|"time"|"pid"|"hostname"/);
	assert.match((await run(['run', 'a.yaml', '--log-level', 'trace'], fakeServices(loadFixturePlan, traced))).err, /"msg":"reprocess"/);
});

test('a folder that cannot be written is exit code 2 and nothing is left', async ({ root }) => {
	const { code, err } = await run(['run', 'a.yaml', '--out', '/dev/null/x']);
	assert.is(code, 2);
	assert.match(err, /cannot make the folder \/dev\/null\/x\/a: a part of the path is a file/);
	assert.is(existsSync(join(root, 'a')), false);
});

test.run();
