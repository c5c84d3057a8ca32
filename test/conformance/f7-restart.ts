// Conformance of a kubelet's restart (F7, K20.33, K16): 60 pods run on, half of their Secrets change while the kubelet is down,
// and everything is refreshed at once when it is back. Compared by mechanism, with the recorded syncs, and in law: first
// syncs, refreshes and requests of simulated restarts, with their own draws and their own rate limit.

import { SECOND } from '../../src/core/time.js';
import type { Agreement } from './agreement.js';
import { AgreementTally } from './agreement.js';
import { type RestartFigures, recordedRestart, simulatedRestart, slackOf } from './kubelet-restart.js';
import { labBlock, nodeOfLine } from './lab-block.js';
import { numberedPod } from './lab-manifests.js';
import { type LabLine, type LabNode, type LabRecording, readLab } from './lab-recording.js';
import type { Action, Block } from './timeline-block.js';
import { blocksAgreement } from './timelines.js';

/** Recorded times count from the start of the new process; the pods' first syncs are not recorded. */
const SHIFT = 20 * SECOND;
const EARLIER_SYNCS: readonly number[] = [2 * SECOND, 6 * SECOND];
/** Simulated restarts of each node, by seed. */
const SEEDS: readonly number[] = Array.from({ length: 12 }, (_, index) => index + 1);

/** Checks an `F7: ` recording: a case a node by mechanism, and one for each figure of a node in law. */
export function restartOfKubeletAgreement(lines: readonly unknown[]): Agreement {
	const recording = readLab(lines);
	const model = blocksAgreement(recording.nodes.map((node) => kubeletRestartBlock(recording, node)));
	const tally = new AgreementTally();
	for (const node of recording.nodes) {
		const own = linesOf(recording, node);
		const recorded = recordedRestart(own);
		const simulated = SEEDS.map((seed) => simulatedRestart(recording, node, own, seed));
		for (const figure of new Set([recorded, ...simulated].flatMap((one) => [...one.keys()]))) {
			const range = simulated.map((one: RestartFigures) => one.get(figure) ?? 0);
			const [least, most] = [Math.min(...range), Math.max(...range)];
			const told = recorded.get(figure) ?? 0;
			const slack = slackOf(figure, most);
			const agrees = told >= least - slack && told <= most + slack;
			tally.count(agrees ? null : { id: `${node.name}: ${figure}`, input: node, recorded: told, ours: { least, most, slack } });
		}
	}
	const law = tally.agreement;
	return {
		cases: model.cases + law.cases,
		agreed: model.agreed + law.agreed,
		disagreements: [...model.disagreements, ...law.disagreements],
		notClaimed: [],
		notes: model.notes ?? [],
	};
}

function linesOf(recording: LabRecording, node: LabNode): LabLine[] {
	return recording.lines.filter((line) => nodeOfLine(recording.nodes, line) === node.name);
}

/** A node of the recording for the model. */
export function kubeletRestartBlock(recording: LabRecording, node: LabNode): Block {
	const lines = linesOf(recording, node);
	const pods = [...new Set(lines.filter(({ src, pod }) => src === 'kubelet log' && pod !== '').map(({ pod }) => pod))].sort();
	const stopped = lines.find(({ what }) => what === 'stop kubelet')?.t;
	if (stopped === undefined) throw new Error(`${node.name}: the kubelet is never stopped`);
	const [from] = EARLIER_SYNCS as readonly [number];
	const actions = pods.flatMap((pod): Action[] => [
		{ at: from, kind: 'createObject', name: pod.replace(/-p(\d+)$/, '-s$1'), data: new Map([['k', '0']]), immutable: undefined },
		{ at: from, kind: 'createPod', name: pod, manifest: numberedPod(pod) },
	]);
	return labBlock(recording, node, {
		// What the old process did last is told of some pods only.
		lines: lines.filter(({ t, src }) => src === 'driver' || t > stopped),
		actions,
		manifestOf: numberedPod,
		shift: SHIFT,
		comparedFrom: Math.round(stopped * SECOND) + SHIFT + 1,
		earlierSyncs: { at: EARLIER_SYNCS, pods },
		recorded: ['sync', 'volume', 'content', 'request', 'event'],
	});
}
