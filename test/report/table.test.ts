import { stripVTControlCharacters } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderTable } from '../../src/report/table.js';
import { golden } from '../support/golden.js';
import { outcomesFixture, requestFixture, resultsFixture, runFixture, summaryFixture, variantFixture } from './fixture.js';

const test = suite('terminal report');

function widest(text: string): number {
	return Math.max(...text.split('\n').map((line) => [...stripVTControlCharacters(line)].length));
}

test('the three strategies of the default scenario', () => {
	golden('report/three-strategies.txt', renderTable(resultsFixture()));
});

test('colour changes no character of the text', () => {
	const colored = renderTable(resultsFixture(), { color: true });
	assert.ok(colored.includes('\u001b['), 'has colour codes');
	assert.is(stripVTControlCharacters(colored), renderTable(resultsFixture()));
	assert.is.not(renderTable(resultsFixture()).includes('\u001b['), true);
});

test('every line fits 80 columns, whatever the names and numbers are', () => {
	const long = 'a-name-that-a-real-cluster-has-and-that-is-as-long-as-kubernetes-allows-it-to-be.example.com';
	const variant = (name: string): ReturnType<typeof variantFixture> =>
		variantFixture(name, {
			nodes: 15_000,
			pods: 450_000,
			writes: 1_234_567,
			propagation: {
				...variantFixture().propagation,
				outcomes: outcomesFixture({
					shown: 123_456_789_012,
					superseded: 7,
					unchanged: 6,
					blocked: 5,
					detached: 4,
					frozen: 3,
					podGone: 2,
					pending: 1,
				}),
				neverUpdating: { subPath: 450_000, env: 450_000, notMounted: 450_000 },
			},
			apiserver: {
				...variantFixture().apiserver,
				requests: [
					requestFixture({
						verb: 'WATCHLIST',
						resource: 'serviceaccounts',
						code: 429,
						count: 98_765_432_100,
						perSecond: 123_456,
						peakPerSecond: 1_234_567,
					}),
				],
			},
			kubelet: {
				...variantFixture().kubelet,
				throttledSeconds: 12_345.6,
				events: [
					{
						type: 'Warning',
						reason: 'FailedToRetrieveImagePullSecret',
						message: `MountVolume.SetUp failed for volume "${long}" : object "${long}"/"${long}" not registered`,
						count: 1_234_567,
					},
				],
			},
			byObject: [long, 'b'].map((name) => ({
				name: `Secret/default/${name}`,
				writes: 1_000_000,
				volumes: 1_000_000,
				delaySeconds: summaryFixture({ p50: 123_456, p99: 1_234_567 }),
				outcomes: outcomesFixture({ shown: 3 }),
			})),
		});
	for (const names of [['Watch'], ['Watch', long], ['a', 'b', 'c', 'd'], ['1', '2', '3', '4', '5', long]]) {
		const run = runFixture({
			scenario: { ...runFixture().scenario, name: long },
			variants: names.map(variant),
			comparisons: [
				{
					metric: `propagation.byObject.${long}.delaySeconds.p99`,
					variant: long,
					against: long,
					pairedDifference: -123_456,
					interval95: [-234_567, 12_345],
				},
			],
			expectations: [
				{
					metric: `apiserver.requests.GET.${long}`,
					variant: long,
					limit: 'max 123456789s',
					value: null,
					met: false,
				},
			],
			assumptions: [long.repeat(3)],
			warnings: [`${long} ${long}`],
		});
		assert.ok(
			widest(renderTable(resultsFixture(run))) <= 80,
			`${names.length} variants: ${widest(renderTable(resultsFixture(run)))} columns`,
		);
	}
});

test('a quantile among pending writes is never, and without samples there is none', () => {
	const pending = summaryFixture({
		p99: null,
		p999: null,
		max: null,
		mean: null,
		needs: {},
		interval95: {},
	});
	const none = summaryFixture({
		count: 0,
		mean: null,
		p50: null,
		p99: null,
		units: { kind: 'none', count: 0 },
		interval95: {},
		needs: {},
	});
	const text = renderTable(
		resultsFixture(
			runFixture({
				variants: [
					variantFixture('Watch', {
						timeToLastReplicaSeconds: none,
						propagation: {
							...variantFixture().propagation,
							delaySeconds: pending,
							outcomes: outcomesFixture({ shown: 9, pending: 1 }),
						},
					}),
				],
			}),
		),
	);
	assert.match(text, /99 % of the volumes +never/);
	assert.match(text, /half of the writes +-\n/);
	assert.match(text, /pending +1 +10\.0 %/);
	assert.match(text, /No write was measured/);
});

test('only outcomes that occurred are listed, and their sum is stated', () => {
	const text = renderTable(resultsFixture(runFixture({ variants: [variantFixture()] })));
	assert.match(text, /Outcomes of 60,000 write and volume pairs/);
	assert.not.match(text, /podGone/);
});

test('more than four variants are rows', () => {
	const names = ['Watch 10s', 'Watch 60s', 'Cache 10s', 'Cache 60s', 'Get 10s'];
	golden(
		'report/five-variants.txt',
		renderTable(resultsFixture(runFixture({ variants: names.map((name) => variantFixture(name)) })), { details: false }),
	);
});

test.run();
