// Samples and load rows for the charts, in the shape of a run: delays between 0 and 91 s, a load that wobbles.

import type { LoadRow, SampleRow } from '../../src/measure/result.js';

/** Some thousand samples of some variants; every hundredth one is still pending when `pending` is set. */
export function* samplesFixture(variants: readonly string[], pending = false): Generator<SampleRow> {
	for (const [shift, variant] of variants.entries()) {
		for (let n = 0; n < 3000; n++) {
			const lost = pending && n % 100 === 0;
			const delay = lost ? null : ((n * 37) % 911) / 10 + shift * 4;
			yield {
				variant,
				replication: n % 20,
				write: n,
				object: 'Secret/default/db',
				node: `node-${n % 7}`,
				pod: `default/web-${n % 30}`,
				volume: 'db',
				commitSeconds: 200 + n,
				settledSeconds: delay === null ? null : 200 + n + delay,
				delaySeconds: delay,
				outcome: lost ? 'pending' : 'shown',
			};
		}
	}
}

/** One row per second and variant over half an hour. */
export function* loadFixture(variants: readonly string[]): Generator<LoadRow> {
	for (const [index, variant] of variants.entries()) {
		for (let second = 0; second < 1900; second++) {
			yield {
				variant,
				replication: 0,
				second,
				verb: 'GET',
				resource: 'secrets',
				resourceVersion: 'unset',
				count: index * (150 + ((second * 13) % 40)),
			};
		}
	}
}
