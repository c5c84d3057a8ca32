// The whole pipeline: nodes of 30 pods that share two Secrets, an hour of virtual time under each strategy, beside a bare loop that only
// draws the resync jitter and moves a pod to its next slot. The ratio says what the model costs beyond the least that any simulator of
// pod syncs must do.

import { drawLanes, streamKey } from '../src/core/random.js';
import { HOUR, SECOND } from '../src/core/time.js';
import { simulate, summarise } from '../src/index.js';
import { action, object, plan, rotate, secretVolume, variant, workload } from '../test/support/plans.js';
import type { Benchmark, BenchmarkTask } from './harness.js';

const NODES = 4;
const PODS = 30 * NODES;
type Strategy = 'Watch' | 'Cache' | 'Get';

/** One variant: rotations every five minutes, realistic latencies. */
function study(strategy: Strategy): ReturnType<typeof plan> {
	return plan([
		variant({
			strategy,
			duration: HOUR,
			cluster: {
				nodes: NODES,
				network: {
					watchLatency: { min: 5_000, max: 20_000 },
					requestLatency: { min: 2_000, max: 8_000 },
					watchCacheLag: { min: 0, max: 5_000 },
				},
			},
			objects: [object('db', { password: '1' }), object('tls', { 'tls.key': '1' })],
			workloads: [workload('web', PODS, [secretVolume('db'), secretVolume('tls')])],
			actions: [
				action(
					'rotate',
					{ kind: 'every', period: 300 * SECOND, from: 10 * SECOND, until: HOUR - SECOND, times: null, jitter: 75 * SECOND },
					rotate('db', 'password'),
				),
			],
		}),
	]);
}

/** Number of pod syncs of one run, which makes the runs and the bare loop comparable. */
function syncsOf(strategy: Strategy): number {
	const { variants } = summarise(simulate(study(strategy)));
	const syncs = variants[0]?.kubelet.syncs ?? 0;
	if (syncs < PODS * 40) throw new Error(`${strategy}: only ${syncs} syncs in an hour of ${PODS} pods`);
	return syncs;
}

function run(strategy: Strategy): BenchmarkTask {
	return {
		name: `simulate, ${strategy}`,
		operations: syncsOf(strategy),
		setup: () => {
			const whole = study(strategy);
			return () => simulate(whole);
		},
	};
}

/** A wheel of one-second slots that holds pods, and the keyed draw that says where each goes next: nothing else. */
function bareLoop(syncs: number): BenchmarkTask {
	const slots = 128;
	return {
		name: 'bare loop: draw the jitter, move the pod',
		operations: syncs,
		setup: () => {
			const { a, b } = streamKey(1, 'bench', 'bare');
			const next = new Int32Array(PODS);
			const head = new Int32Array(slots);
			return () => {
				head.fill(-1);
				for (let pod = 0; pod < PODS; pod++) {
					next[pod] = head[pod % slots] as number;
					head[pod % slots] = pod;
				}
				let done = 0;
				for (let slot = 0; done < syncs; slot = (slot + 1) % slots) {
					let pod = head[slot] as number;
					head[slot] = -1;
					while (pod >= 0) {
						const following = next[pod] as number;
						const to = (slot + 60 + Math.floor(drawLanes(a ^ pod, b, done++) * 30)) % slots;
						next[pod] = head[to] as number;
						head[to] = pod;
						pod = following;
					}
				}
				return done;
			};
		},
	};
}

/** See the head of this file. */
export const benchmark: Benchmark = {
	name: 'simulate',
	question: 'How fast is the reference engine, event by event, against the least that a simulator of pod syncs must do?',
	operation: 'one pod sync, all that happens around it included (volumes, requests, watches, accounting)',
	reference: 'bare loop: draw the jitter, move the pod',
	tasks: [bareLoop(syncsOf('Watch')), run('Watch'), run('Cache'), run('Get')],
};
