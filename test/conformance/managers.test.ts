import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import type { ManagersArea } from './managers.js';
import { managersAgreement } from './managers.js';

const test = suite('conformance: object managers');

const CASES: readonly (readonly [ManagersArea, number])[] = [
	['managers-get', 74],
	['managers-cache', 421],
	['managers-watch', 482],
];

for (const [area, count] of CASES) {
	const lines = readJsonLines('test', 'recordings', 'components', `${area}.jsonl`);

	test(`${area}: every request, result and open watch of every recorded sequence`, () => {
		const { cases, disagreements } = managersAgreement(lines, area);
		assert.equal(disagreements[0], undefined);
		assert.is(disagreements.length, 0);
		assert.is(cases, count);
	});

	if (area === 'managers-watch') {
		test(`${area}: what was recorded holds for any back-off and watch timeout`, () => {
			for (let seed = 2; seed <= 6; seed++) assert.equal(managersAgreement(lines, area, seed).disagreements[0], undefined);
		});
	}

	test(`${area}: an unknown field and an unknown operation are errors`, () => {
		const [header, first] = lines as [object, { steps: object[] }];
		const only = { ...header, count: 1 };
		assert.throws(() => managersAgreement([only, { ...first, surprise: 1 }], area), /unknown field surprise/);
		assert.throws(
			() => managersAgreement([only, { ...first, steps: [{ ...first.steps[0], surprise: 1 }] }], area),
			/unknown field surprise/,
		);
		assert.throws(() => managersAgreement([only, { ...first, steps: [{ op: 'surprise', atMs: 0 }] }], area), /unknown operation surprise/);
	});

	test(`${area}: a recording that says otherwise is a disagreement`, () => {
		const [header, ...sequences] = lines as [object, ...{ steps?: { get?: { tookMs: number } }[] }[]];
		const sequence = sequences.find(({ steps }) => steps?.some(({ get }) => get !== undefined));
		const steps = sequence?.steps?.map((step) =>
			step.get === undefined ? step : { ...step, get: { ...step.get, tookMs: step.get.tookMs + 1 } },
		);
		const { cases, agreed } = managersAgreement(
			[
				{ ...header, count: 1 },
				{ ...sequence, steps },
			],
			area,
		);
		assert.equal([cases, agreed], [1, 0]);
	});
}

test.run();
