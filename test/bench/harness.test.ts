// The benchmark harness must not report a number that it did not measure, and must say how it was measured.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Benchmark, measure } from '../../bench/harness.js';
import { markdownOf, resultOf } from '../../bench/results.js';

const EFFORT = { measureMs: 1, warmUpMs: 0, calls: 3 };

const test = suite('benchmark harness');

test('gives nanoseconds per operation with ordered quartiles', async () => {
	let calls = 0;
	const round = await measure({ name: 'count', operations: 10, setup: () => () => ++calls }, EFFORT);
	assert.ok(round.calls >= 3 && calls >= round.calls);
	assert.ok(round.p25 > 0 && round.p25 <= round.p50 && round.p50 <= round.p75);
});

test('fails when a task throws, in its setup and in a call', async () => {
	const broken = (): never => {
		throw new Error('no answer');
	};
	for (const setup of [broken, () => broken]) {
		let message = 'it passed';
		try {
			await measure({ name: 'broken', operations: 1, setup }, EFFORT);
		} catch (error) {
			message = String(error);
		}
		assert.match(message, /no answer/);
	}
});

const BENCHMARK: Benchmark = {
	name: 'sample',
	question: 'Which is faster?',
	operation: 'one step',
	reference: 'slow',
	tasks: ['slow', 'fast'].map((name) => ({ name, operations: 1, setup: () => () => 0 })),
};
const round = (p50: number): { calls: number; p25: number; p50: number; p75: number } => ({ calls: 7, p25: p50 - 1, p50, p75: p50 + 1 });

test('joins rounds by their median and keeps the spread, the command and the environment', () => {
	const rounds = new Map([
		['slow', [round(100), round(400), round(200)]],
		['fast', [round(50), round(60), round(40)]],
	]);
	const result = resultOf(BENCHMARK, rounds, EFFORT, '1.2.3', 'npm run bench -- sample');
	assert.is(result.schema, 'secretsim.benchmark/v1');
	assert.equal(
		result.tasks.map(({ nanosecondsPerOperation, relativeToReference }) => [nanosecondsPerOperation, relativeToReference]),
		[
			[{ median: 200, min: 100, max: 400 }, 1],
			[{ median: 50, min: 40, max: 60 }, 0.25],
		],
	);
	assert.is(result.environment.node, process.version);
	assert.match(markdownOf(result), /\| fast \| 50 \| 40 – 60 \| 20,000,000 \| 0\.25 \|/);
	assert.match(markdownOf(result), /3 rounds, 7 to 7 calls each\..*`npm run bench -- sample`/);
});

test('a task without a round is an error', () => {
	assert.throws(() => resultOf(BENCHMARK, new Map([['slow', [round(1)]]]), EFFORT, '1', 'x'), /without a round/);
});

test.run();
