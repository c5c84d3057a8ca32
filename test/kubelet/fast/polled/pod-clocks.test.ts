// Pods that wait for a volume in vain are synced after their time-outs, within the bounds that the clocks of their node state.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../../src/core/time.js';
import { afterTimeout } from '../../../../src/kubelet/fast/blocked-pods.js';
import { reprocessAfter } from '../../../../src/kubelet/fast/pass-order.js';
import { PodClocks, timesOut } from '../../../../src/kubelet/fast/polled/pod-clocks.js';
import { MOUNT_TIMEOUT } from '../../../../src/kubelet/mount-wait.js';

const test = suite('the clocks of a node whose pods may wait in vain');

const SYNCS = 5_000;
const TICK_ZERO = 317_421;

/** Two pods of one node: the first one is well, the second one waits in vain. */
function tables(syncFrequency: number, measureFrom: number, end: number): never {
	return {
		input: {
			settings: { syncFrequency },
			timing: { syncDuration: { min: 10_000, max: 30_000 }, syncToReprocess: { min: 1_000, max: 5_000 } },
			measureFrom,
			measureTo: end,
			end,
		},
		loops: { tickPhase: TICK_ZERO % SECOND },
		tickZero: TICK_ZERO,
		anyBlocked: true,
		podBlocked: Uint8Array.of(0, 1),
		podLaneA: Int32Array.of(0x1234_5678, 0x0bad_cafe),
		podLaneB: Int32Array.of(-0x7654_3210, 0x1357_9bdf),
		timeouts: new Int32Array(2),
	} as never;
}

for (const syncFrequency of [5 * SECOND, 60 * SECOND, 600 * SECOND]) {
	test(`a pod that waits in vain follows its time-outs, whatever the sync frequency (${syncFrequency / SECOND} s)`, () => {
		const node = tables(syncFrequency, 0, Number.MAX_SAFE_INTEGER);
		const clocks = new PodClocks(node);
		let tick = 0;
		for (let sync = 1; sync <= SYNCS; sync++) {
			const started = TICK_ZERO + tick * SECOND;
			const { next } = afterTimeout(node, 1, sync, started + reprocessAfter(node, 1, sync));
			assert.is(clocks.next(1, sync, tick), (next - TICK_ZERO) / SECOND);
			assert.is(clocks.previous(1, sync, clocks.next(1, sync, tick)), tick);
			tick = clocks.next(1, sync, tick);
		}
	});

	test(`no gap of any pod is shorter or longer than said (${syncFrequency / SECOND} s)`, () => {
		const clocks = new PodClocks(tables(syncFrequency, 0, 0));
		for (const pod of [0, 1]) {
			for (let sync = 1; sync <= SYNCS; sync++) {
				const gap = clocks.next(pod, sync, 0);
				assert.ok(gap >= clocks.shortestGap && gap <= clocks.longestGap, `${gap} ticks`);
			}
		}
	});
}

test('time-outs are counted that lie in the measured window, and before the end', () => {
	const tick = 1_000;
	const node = tables(60 * SECOND, 0, 0) as unknown as Parameters<typeof timesOut>[0];
	const at = TICK_ZERO + tick * SECOND + reprocessAfter(node, 1, 7) + MOUNT_TIMEOUT;
	const counted = (measureFrom: number, measureTo: number, end: number): number => {
		const one = { ...node, input: { ...node.input, measureFrom, measureTo, end }, timeouts: new Int32Array(2) };
		timesOut(one as typeof node, 1, 7, tick);
		return one.timeouts[1] as number;
	};
	assert.is(counted(at, at + 1, at), 1);
	assert.is(counted(at + 1, at + 2, at + 2), 0);
	assert.is(counted(at - 1, at, at), 0);
	assert.is(counted(at, at + 1, at - 1), 0);
});

test.run();
