// Kubelets that are down when the run ends. The time for which requests had waited for client tokens was counted twice then; and a node that
// the fast path had served up to the stop called a write pending that its frozen copy will never show.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MINUTE } from '../../src/core/time.js';
import { type Plan, type Segment, type Strategy, simulate } from '../../src/index.js';
import { OUTCOMES } from '../../src/measure/samples.js';
import { action, object, plan, S, secretVolume, variant, workload } from '../support/plans.js';

const test = suite('kubelets that are down at the end');

const target = { names: [], sharePpm: 1_000_000, stagger: 0 };

/** A kubelet that restarts in the first minute, and stops for good at 9 minutes 58 seconds of ten when it `stops`. */
function study(strategy: Strategy, stops: boolean): Plan {
	const names = Array.from({ length: 8 }, (_, pod) => `own-${pod}`);
	const data = { password: [{ kind: 'random', length: 8 }] };
	const recreated = { kind: 'recreate', objectKind: 'Secret', namespace: 'default', name: 'own-0', gap: 0, immutable: true, data } as never;
	return plan([
		variant({
			strategy,
			kubeAPIQPS: 2,
			kubeAPIBurst: 4,
			duration: 10 * MINUTE,
			drain: 0,
			objects: names.map((name) => object(name, { password: '1' }, strategy === 'Watch' && name === 'own-0' ? { immutable: true } : {})),
			workloads: names.map((name) => workload(name, 1, [secretVolume(name)], {}, 'Pod')),
			actions: [
				...(strategy === 'Watch'
					? [action('recreate', 5 * MINUTE, recreated)]
					: [action('restart', 30 * S, { kind: 'restartKubelet', target })]),
				...(stops ? [action('stop', 598 * S, { kind: 'restartKubelet', target })] : []),
			],
			cluster: {
				network: { requestLatency: { min: 2_000, max: 8_000 } },
				timing: { syncDuration: { min: 10_000, max: 30_000 }, kubeletRestart: { min: 5 * S, max: 5 * S } },
			},
		}),
	]);
}

function segments(one: Plan): readonly [Segment, Segment] {
	return [simulate(one, { engine: 'fast' }).segments[0] as Segment, simulate(one, { engine: 'reference' }).segments[0] as Segment];
}

test('the time that requests have waited is counted once', () => {
	const [running] = segments(study('Get', false));
	const [fast, reference] = segments(study('Get', true));
	assert.ok(running.counters.throttled > 0);
	// What comes after the stop can only be missing.
	assert.ok(reference.counters.throttled <= running.counters.throttled);
	assert.is(fast.counters.throttled, reference.counters.throttled);
});

test('a frozen copy stays frozen', () => {
	const outcomes = segments(study('Watch', true)).map(({ samples }) => [...samples.outcome].map((code) => OUTCOMES[code]));
	assert.equal(outcomes, [
		['frozen', 'frozen'],
		['frozen', 'frozen'],
	]);
});

test.run();
