import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { Results } from '../../src/measure/result.js';
import { renderJson } from '../../src/report/json.js';
import { resultsJsonSchema } from '../../src/report/result-schema.js';
import { golden } from '../support/golden.js';
import { resultsFixture, runFixture } from './fixture.js';

const test = suite('JSON result');

/** The same value with the keys of every object in reverse order. */
function reversed<Value>(value: Value): Value {
	if (Array.isArray(value)) return value.map(reversed) as Value;
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, inner]) => [key, reversed(inner)]),
	) as Value;
}

test('is one document with a newline at its end that says what was given', () => {
	const text = renderJson(resultsFixture());
	assert.ok(text.endsWith('}\n'));
	assert.equal(JSON.parse(text), resultsFixture());
});

test('the order of keys does not depend on how the value was built', () => {
	const { settings: _, ...variant } = runFixture().variants[0] as Results['runs'][0]['variants'][0];
	const run = runFixture({ variants: [{ ...variant, settings: {} }] });
	const plain = renderJson(
		resultsFixture({
			...run,
			variants: run.variants.map((one) => ({ ...one })),
		}),
	);
	const again = JSON.parse(renderJson(reversed(resultsFixture(run)))) as Results;
	const paths = (value: unknown): unknown =>
		typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
	assert.equal(paths(again), ['schema', 'program', 'runs']);
	assert.equal(paths(again.runs[0]?.scenario), paths((JSON.parse(plain) as Results).runs[0]?.scenario));
	assert.equal(paths(again.runs[0]?.variants[0]), paths((JSON.parse(plain) as Results).runs[0]?.variants[0]));
	assert.equal(paths(again.runs[0]?.variants[0]?.propagation.outcomes), [
		'shown',
		'superseded',
		'unchanged',
		'blocked',
		'detached',
		'frozen',
		'podGone',
		'pending',
	]);
});

test('a value outside the published shape is refused with its path', () => {
	const wrong = {
		...resultsFixture(),
		runs: [{ ...runFixture(), scenario: { ...runFixture().scenario, seed: -1 } }],
	};
	assert.throws(() => renderJson(wrong), /runs\.0\.scenario\.seed/);
	const extra = { ...resultsFixture(), password: 'x' };
	assert.throws(() => renderJson(extra), /published shape/);
});

test('validates against the published JSON Schema, and mistakes do not', () => {
	const validator = z.fromJSONSchema(resultsJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
	const document = JSON.parse(renderJson(resultsFixture())) as Results;
	assert.is(validator.safeParse(document).success, true);
	assert.is(validator.safeParse({ ...document, schema: 'secretsim.results/v2' }).success, false);
	assert.is(
		validator.safeParse({
			...document,
			runs: [{ ...document.runs[0], variants: [{}] }],
		}).success,
		false,
	);
	assert.is(validator.safeParse({ ...document, extra: 1 }).success, false);
});

test('the published JSON Schema changes only on purpose', () => {
	golden('report/results.schema.json', `${JSON.stringify(resultsJsonSchema(), null, '\t')}\n`);
});

test.run();
