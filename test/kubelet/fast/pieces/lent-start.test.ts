// A node that rests until its kubelet stops is served by the fast path from the beginning: the reference path takes no steady state in,
// and goes on with the restart as if it had stepped through everything before it.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR, MINUTE } from '../../../../src/core/time.js';
import { type Plan, type Segment, type Strategy, simulate } from '../../../../src/index.js';
import { PiecewiseNode } from '../../../../src/kubelet/fast/pieces/piecewise-node.js';
import { RestartingNode } from '../../../../src/kubelet/fast/restart/restarting-node.js';
import { Managers } from '../../../../src/kubelet/managers.js';
import { action, object, plan, rotate, secretVolume, variant, workload } from '../../../support/plans.js';

const test = suite('nodes that rest until their kubelet stops');

/** Two nodes whose kubelets restart in turn. @param missing whether a pod waits for a Secret that does not exist. */
function restarting(strategy: Strategy, missing: boolean): Plan {
	const names = Array.from({ length: 6 }, (_, pod) => `own-${pod}`);
	const every = { kind: 'every', period: HOUR / 4, from: 0, until: 3 * HOUR, times: null, jitter: HOUR / 4 } as const;
	const target = { names: [], sharePpm: 1_000_000, stagger: 50 * MINUTE };
	return plan([
		variant({
			strategy,
			duration: 3 * HOUR,
			objects: [...names, 'shared'].map((name) => object(name, { password: '1' })),
			workloads: names.map((name, pod) => {
				const volumes = [secretVolume(name), secretVolume(missing && pod === 0 ? 'missing' : 'shared')];
				return workload(`pod-${pod}`, 1, volumes, { automountServiceAccountToken: true }, 'Pod');
			}),
			actions: [
				...['shared', 'own-3'].map((name) => action(name, every, rotate(name))),
				action('restart', 40 * MINUTE, { kind: 'restartKubelet', target }),
			],
			cluster: { nodes: 2 },
		}),
	]);
}

function segmentOf(study: Plan, engine: 'fast' | 'reference'): Segment {
	return simulate(study, { engine }).segments[0] as Segment;
}

/** How many pods were adopted by managers while `run` ran, and how many nodes were simulated in pieces. */
function watching(run: () => void): { readonly adopted: number; readonly pieces: number } {
	const adoptPod = Managers.prototype.adoptPod;
	const runPieces = PiecewiseNode.prototype.run;
	const runRestarting = RestartingNode.prototype.run;
	const seen = { adopted: 0, pieces: 0 };
	Managers.prototype.adoptPod = function (pod) {
		seen.adopted += 1;
		adoptPod.call(this, pod);
	};
	// What is looked at here is what comes when the restart is not told by its rules.
	RestartingNode.prototype.run = () => null;
	PiecewiseNode.prototype.run = function () {
		seen.pieces += 1;
		return runPieces.call(this);
	};
	try {
		run();
	} finally {
		Managers.prototype.adoptPod = adoptPod;
		PiecewiseNode.prototype.run = runPieces;
		RestartingNode.prototype.run = runRestarting;
	}
	return seen;
}

for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
	test(`${strategy}: no pod is taken in by managers before the first stop`, () => {
		const study = restarting(strategy, false);
		let fast: Segment | undefined;
		assert.equal(
			watching(() => {
				fast = segmentOf(study, 'fast');
			}),
			{ adopted: 0, pieces: 2 },
		);
		assert.equal(fast, { ...segmentOf(study, 'reference'), engine: 'fast' });
	});

	test(`${strategy}: a node on which a pod waits in vain begins on the reference path`, () => {
		const study = restarting(strategy, true);
		let fast: Segment | undefined;
		assert.ok(
			watching(() => {
				fast = segmentOf(study, 'fast');
			}).adopted > 0,
		);
		assert.equal(fast, { ...segmentOf(study, 'reference'), engine: 'fast' });
	});
}

test.run();
