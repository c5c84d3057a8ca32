// Conformance of what a pod says when something is missing (F5, K20.32): Secret, key, environment, image pull secret, at the
// first start and later. The model replays the recorded syncs and has to emit every event, in order, with its text; the
// counts that the API server keeps follow from them.

import { SECOND } from '../../src/core/time.js';
import { type Agreement, AgreementTally, type Disagreement } from './agreement.js';
import { type EmittedEvent, eventObjectName, storedCounts } from './event-objects.js';
import { labBlock, nodeOfLine } from './lab-block.js';
import { eventsPod } from './lab-manifests.js';
import { type LabLine, type LabNode, type LabRecording, readLab } from './lab-recording.js';
import type { Block } from './timeline-block.js';
import { blocksAgreement } from './timelines.js';

/** Recorded times count from the first pod; the Secrets come before. */
const SHIFT = 10 * SECOND;
/** An event reaches the API server within this time, seconds: the list was made then, or just before. */
const ON_ITS_WAY = 1;

/** Checks an `F5: ` recording: a case a node, and one for each count of an Event object. */
export function eventsAgreement(lines: readonly unknown[]): Agreement {
	const recording = readLab(lines);
	const model = blocksAgreement(recording.nodes.map((node) => eventsBlock(recording, node)));
	const tally = new AgreementTally();
	for (const node of recording.nodes) {
		const own = recording.lines.filter((line) => nodeOfLine(recording.nodes, line) === node.name);
		const emitted = own.flatMap(emittedBy);
		for (const line of own) if (line.src === 'api' && line.what === 'event object') tally.count(countOf(line, emitted));
	}
	const stored = tally.agreement;
	return {
		cases: model.cases + stored.cases,
		agreed: model.agreed + stored.agreed,
		disagreements: [...model.disagreements, ...stored.disagreements],
		notClaimed: [],
		notes: model.notes ?? [],
	};
}

/** A node of the recording for the model. */
export function eventsBlock(recording: LabRecording, node: LabNode): Block {
	return labBlock(recording, node, {
		lines: recording.lines.filter((line) => nodeOfLine(recording.nodes, line) === node.name),
		manifestOf: (pod) => eventsPod(node.name, pod),
		shift: SHIFT,
		recorded: ['sync', 'volume', 'content', 'request', 'event', 'container'],
	});
}

function emittedBy({ src, t, pod, reason, message, fields }: LabLine): EmittedEvent[] {
	return src === 'kubelet event' ? [{ t, pod, type: String(fields['type']), reason, message }] : [];
}

function countOf({ t, pod, reason, message, fields }: LabLine, emitted: readonly EmittedEvent[]): Disagreement | null {
	const name = eventObjectName({ pod, type: String(fields['type']), reason, message });
	const counts = [t - ON_ITS_WAY, t].map((at) => storedCounts(emitted, at).get(name) ?? 0);
	const recorded = fields['count'] as number;
	if (counts.includes(recorded)) return null;
	return { id: `${pod}: stored count of ${reason} at ${t} s`, input: message, recorded, ours: counts };
}
