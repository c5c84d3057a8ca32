import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawChart } from '../../src/report/chart.js';
import { outcomeChart } from '../../src/report/chart-specs.js';
import { renderHtml } from '../../src/report/html.js';
import { outcomesFixture, resultsFixture, runFixture, variantFixture } from './fixture.js';
import { loadFixture, samplesFixture } from './series-fixture.js';

const test = suite('HTML report');
const names = ['Watch', 'Cache', 'Get'];

function page(): Promise<string> {
	return renderHtml(resultsFixture(), [{ samples: samplesFixture(names), load: loadFixture(names) }]);
}

test('has the same bytes on two runs', async () => {
	assert.is(await page(), await page());
});

test('loads nothing, runs nothing and says so in its policy', async () => {
	const html = await page();
	const style = html.match(/<style>([\s\S]*?)<\/style>/)?.[1] as string;
	assert.ok(html.includes(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`));
	assert.not.match(html, /<script|<link|<img|<iframe|@import|javascript:|\son[a-z]+=/i);
	assert.not.match(html, /\sstyle=/, 'an inline style would need unsafe-inline');
	assert.equal(
		[...html.matchAll(/(?:href|src)="([^"]*)"/g)].filter(([, target]) => !target?.startsWith('#')),
		[],
	);
	assert.equal(
		[...html.matchAll(/url\(([^)]*)\)/g)].filter(([, target]) => !target?.startsWith('#')),
		[],
	);
});

test('identifiers are unique, and what is referred to is there', async () => {
	const html = await page();
	const identifiers = [...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id as string);
	assert.is(new Set(identifiers).size, identifiers.length);
	for (const [, id] of html.matchAll(/url\(#([^)]+)\)/g)) assert.ok(identifiers.includes(id as string), id);
});

test('shows the four charts, the answer, the table and how to get the same again', async () => {
	const html = await page();
	assert.is([...html.matchAll(/<svg /g)].length, 4);
	assert.match(html, /Half of the writes reached the last replica within 88\.2 s, the slowest within 91\.2 s \(Watch, Cache and Get\)/);
	assert.match(html, /<td class="number">88\.2 s<\/td>/);
	assert.match(html, /<pre>secretsim run scenarios\/rotate-database-password\.yaml --seed 1 --replications 20<\/pre>/);
	for (const unit of ['seconds of virtual time', 'requests per second', 'minutes of virtual time', 'share of'])
		assert.ok(html.includes(unit), unit);
});

test('names from a scenario cannot become markup', async () => {
	const evil = `<script>alert("1")</script>'&`;
	const run = runFixture({
		scenario: { ...runFixture().scenario, name: evil },
		variants: [
			variantFixture(evil, {
				kubelet: { ...variantFixture().kubelet, events: [{ type: 'Warning', reason: evil, message: evil, count: 1 }] },
			}),
		],
		warnings: [evil],
		assumptions: [evil],
		expectations: [{ metric: evil, variant: evil, limit: evil, value: null, met: false }],
	});
	const html = await renderHtml(resultsFixture(run), [{ samples: samplesFixture([evil]), load: loadFixture([evil]) }]);
	assert.not.match(html, /<script/);
});

test('a run without samples and without load has no empty charts', async () => {
	const variant = variantFixture('Watch', {
		timeToLastReplicaSeconds: { ...variantFixture().timeToLastReplicaSeconds, count: 0, p50: null },
		propagation: { ...variantFixture().propagation, outcomes: outcomesFixture() },
	});
	const html = await renderHtml(resultsFixture(runFixture({ variants: [variant] })), [{ samples: [], load: [] }]);
	assert.not.match(html, /<svg/);
	assert.match(html, /No write was measured/);
});

test('two charts on one page share no identifier', async () => {
	const spec = outcomeChart([variantFixture()]);
	const ids = (svg: string): string[] => [...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id as string);
	const first = ids(await drawChart(spec, 'a', 'x'));
	const second = ids(await drawChart(spec, 'b', 'x'));
	assert.equal(
		first.filter((id) => second.includes(id)),
		[],
	);
});

test.run();
