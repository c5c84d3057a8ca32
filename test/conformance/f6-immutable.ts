// Conformance of immutable Secrets under Watch (F6, K20.33): each is watched until it is read for the first time, and never
// again, whatever becomes of it, until the last pod that references it has gone. The model replays the recorded syncs.

import { MILLISECOND, SECOND } from '../../src/core/time.js';
import { labBlock, nodeOfLine } from './lab-block.js';
import { numberedPod } from './lab-manifests.js';
import { type LabNode, type LabRecording, readLab } from './lab-recording.js';
import type { Action, Block } from './timeline-block.js';
import { blocksAgreement, type TimelineAgreement } from './timelines.js';

/** Recorded times count from the start of the kubelet's process. */
const SHIFT = 10 * SECOND;
/** The recorder creates a Secret again right after it has deleted it, without a line of its own. */
const RECREATED_AFTER = 2 * MILLISECOND;

/** Checks an `F6: ` recording. */
export function immutableAgreement(lines: readonly unknown[]): TimelineAgreement {
	const recording = readLab(lines);
	return blocksAgreement(recording.nodes.map((node) => immutableBlock(recording, node)));
}

/** A node of the recording for the model. */
export function immutableBlock(recording: LabRecording, node: LabNode): Block {
	const lines = recording.lines.filter((line) => (nodeOfLine(recording.nodes, line) ?? node.name) === node.name);
	const pods = new Set(lines.filter(({ what }) => what === 'create pod').map(({ pod }) => pod));
	const recreated = lines.filter(({ what }) => what === 'delete secret');
	return labBlock(recording, node, {
		lines,
		actions: [
			...[...pods].map((pod) => creation(0, pod.replace(/-p(\d+)$/, '-s$1'), '0')),
			...recreated.map(({ t, fields }) => creation(Math.round(t * SECOND) + SHIFT + RECREATED_AFTER, String(fields['object']), '1')),
		],
		manifestOf: numberedPod,
		shift: SHIFT,
		recorded: ['sync', 'volume', 'content', 'request', 'event', 'container'],
	});
}

function creation(at: number, name: string, k: string): Action {
	return { at, kind: 'createObject', name, data: new Map([['k', k]]), immutable: true };
}
