// End to end, by mechanism: a simulated node is given the recorded starts of SyncPod and of SetUp, and everything that
// follows has to follow in the recorded order: requests, results, messages, contents of volumes, ends of watches.

import { simulate } from '../../src/cluster/simulate.js';
import type { Micros } from '../../src/core/time.js';
import { formatDuration } from '../../src/core/duration.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { ObjectKind, PodSpec, Volume } from '../../src/kubernetes/objects.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { buildPayload } from '../../src/projection/payload.js';
import type { Agreement } from './agreement.js';
import { AgreementTally } from './agreement.js';
import type { Block, Observation, StreamKind } from './timeline-block.js';
import { contentTextOf } from './timeline-block.js';
import { delayBlocks } from './timeline-delay.js';
import { NAMESPACE, planOf, workloadOf } from './timeline-plan.js';
import { RecordedKubelet } from './timeline-replay.js';
import { scriptedBlocks } from './timeline-script.js';

/**
 * Allowed differences in time. The instants of the loops are those of the recording, so requests leave when they left; what
 * comes of them may take as long as two loops.
 */
const BOUNDS: Readonly<Record<StreamKind, Micros>> = {
	sync: 250 * MILLISECOND,
	volume: 250 * MILLISECOND,
	content: 250 * MILLISECOND,
	request: 50 * MILLISECOND,
	event: 250 * MILLISECOND,
	refused: SECOND,
};
/** The last relist before a pod is unregistered, which ends its watches, comes at a time of its own (K20.17). */
const POD_END: Micros = 2 * SECOND;
/** The recorder looks for a new volume's content every now and then. */
const FIRST_LOOK: Micros = SECOND;

/** What one block came to. */
export interface BlockReport {
	readonly id: string;
	/** Recorded lines that the model reproduced. */
	readonly matched: number;
	/** Largest difference in time among them, microseconds. */
	readonly largestDifference: Micros;
	/** Lines that are not compared, by reason. */
	readonly notCompared: ReadonlyMap<string, number>;
}

/** The outcome of a file of timelines. */
export interface TimelineAgreement extends Agreement {
	readonly blocks: readonly BlockReport[];
}

/** Checks a file of scripted timelines, or the timelines of a delay run. */
export function timelineAgreement(lines: readonly unknown[]): TimelineAgreement {
	const header = lines[0] as Record<string, unknown>;
	const blocks = 'nodes' in header ? delayBlocks(lines) : scriptedBlocks(lines);
	const tally = new AgreementTally();
	const reports: BlockReport[] = [];
	for (const block of blocks) {
		if (block.actions.some(({ kind }) => kind === 'stopControlPlane')) {
			tally.leaveOut(`${block.id}: the control plane is stopped, and outages are not simulated`);
			continue;
		}
		const recorded = block.observations;
		const ours = new Replayed(block).observations();
		const compared = compare(block, recorded, ours);
		reports.push(compared.report);
		tally.count(compared.difference === null ? null : { id: block.id, input: compared.where, recorded: compared.difference.recorded, ours: compared.difference.ours });
	}
	return { ...tally.agreement, blocks: reports };
}

interface Comparison {
	readonly report: BlockReport;
	readonly where: string;
	readonly difference: { readonly recorded: unknown; readonly ours: unknown } | null;
}

function compare(block: Block, recorded: readonly Observation[], ours: readonly Observation[]): Comparison {
	const streams = new Set([...recorded, ...ours].map(streamOf));
	let matched = 0;
	let largest = 0;
	for (const stream of streams) {
		const left = recorded.filter((one) => streamOf(one) === stream && isCompared(block, one));
		const right = ours.filter((one) => streamOf(one) === stream && isCompared(block, one));
		for (let i = 0; i < Math.max(left.length, right.length); i++) {
			const [a, b] = [left[i], right[i]];
			// What the model does last may lie just beyond the recording's end.
			if (a === undefined && b !== undefined && b.at > block.end - BOUNDS[b.stream]) break;
			const same = a !== undefined && b !== undefined && sameText(a.text, b.text) && Math.abs(a.at - b.at) <= boundOf(a);
			if (!same) {
				const report = { id: block.id, matched, largestDifference: largest, notCompared: block.notCompared };
				const around = (list: readonly Observation[]): unknown => list.slice(Math.max(0, i - 2), i + 4).map(lineOf);
				return { report, where: `${stream}, line ${i + 1}`, difference: { recorded: around(left), ours: around(right) } };
			}
			matched++;
			if (boundOf(a) === BOUNDS[a.stream]) largest = Math.max(largest, Math.abs(a.at - b.at));
		}
	}
	return { report: { id: block.id, matched, largestDifference: largest, notCompared: block.notCompared }, where: '', difference: null };
}

function streamOf({ stream, subject }: Observation): string {
	return `${stream} ${subject}`;
}

function lineOf({ at, text }: Observation): string {
	return `${(at / SECOND).toFixed(6)} ${text}`;
}

function isCompared(block: Block, one: Observation): boolean {
	return one.at <= block.end + BOUNDS[one.stream] && (one.stream !== 'request' || one.at >= block.requestsFrom);
}

function sameText(recorded: string, ours: string): boolean {
	return recorded.replace(/^first /, '') === ours;
}

function boundOf({ stream, text }: Observation): Micros {
	if (text === 'WATCH ends') return POD_END;
	return text.startsWith('first ') ? FIRST_LOOK : BOUNDS[stream];
}

/** A block simulated with its recorded instants. */
class Replayed {
	readonly #block: Block;
	readonly #specs = new Map<string, PodSpec>();
	readonly #observations: Observation[] = [];
	/** What each volume's SetUp has read so far: object and version, null for what is not there. */
	readonly #reads = new Map<string, Map<string, number | null>>();
	/** Values of each version. */
	readonly #versions = new Map<number, ReadonlyMap<string, string>>();
	/** Requests by object that have not been answered. */
	readonly #asked = new Map<string, { readonly at: Micros; readonly text: string }[]>();
	readonly #shown = new Set<string>();

	constructor(block: Block) {
		this.#block = block;
		for (const action of block.actions) {
			if (action.kind === 'createPod') this.#specs.set(action.name, workloadOf(action.manifest).template.spec);
		}
	}

	observations(): Observation[] {
		const block = this.#block;
		const objects = new Map<string, string[]>();
		for (const [pod, spec] of this.#specs) {
			for (const volume of spec.volumes) objects.set(`${pod}/${volume.name}`, objectsOf(volume, block.objectKind));
		}
		const kubelet = new RecordedKubelet(block, objects);
		simulate(planOf(block), { replay: () => kubelet, trace: (event) => this.#take(event) });
		return this.#observations;
	}

	#observe(at: Micros, stream: StreamKind, subject: string, text: string): void {
		if (!this.#block.recorded.has(stream)) return;
		// Pods that the recording does not show have no manifest.
		if (stream !== 'request' && stream !== 'refused' && !this.#specs.has(subject.split('/')[0] as string)) return;
		this.#observations.push({ at, stream, subject, text });
	}

	#take(event: TraceEvent): void {
		switch (event.kind) {
			case 'syncEnd':
				return this.#syncEnd(event.at, nameOf(event.pod), event.error);
			case 'setUpFailed':
				return this.#observe(event.at, 'volume', `${nameOf(event.pod)}/${event.volume}`, `fails, retried after ${formatDuration(event.retryAfter)}`);
			case 'compared':
				this.#observe(event.at, 'volume', `${nameOf(event.pod)}/${event.volume}`, 'succeeds');
				return;
			case 'swap':
				return this.#swap(event.at, nameOf(event.pod), event.volume);
			case 'setUpStart':
				this.#reads.set(`${nameOf(event.pod)}/${event.volume}`, new Map());
				return;
			case 'read':
				this.#reads.get(`${nameOf(event.pod)}/${event.volume}`)?.set(nameOf(event.object), event.resourceVersion);
				return;
			case 'write':
				return this.#write(event.at, nameOf(event.object), event.resourceVersion);
			case 'writeRejected':
				return this.#observe(event.at, 'refused', event.object, event.message);
			case 'event':
				return this.#observe(event.at, 'event', nameOf(event.pod), `${event.type} ${event.reason}: ${event.message}`);
			case 'request':
				return this.#request(event);
			case 'response':
				return this.#response(event.at, nameOf(event.object), event.outcome);
			default:
		}
	}

	#syncEnd(at: Micros, pod: string, error: string | null): void {
		this.#observe(at, 'sync', pod, 'returns');
		if (error !== null) this.#observe(at, 'sync', pod, `fails: ${error}`);
	}

	#write(at: Micros, object: string, resourceVersion: number): void {
		const action = this.#block.actions.find((one) => one.at === at && 'data' in one && one.name === object);
		if (action !== undefined && 'data' in action) this.#versions.set(resourceVersion, action.data);
	}

	#swap(at: Micros, pod: string, name: string): void {
		const subject = `${pod}/${name}`;
		const first = !this.#shown.has(subject);
		this.#shown.add(subject);
		if (first && !this.#block.firstContents) return;
		const volume = this.#specs.get(pod)?.volumes.find((one) => one.name === name);
		if (volume !== undefined) this.#observe(at, 'content', subject, this.#content(volume, this.#reads.get(subject) ?? new Map()));
	}

	/** The files of a volume for the versions that its SetUp read. */
	#content(volume: Volume, reads: ReadonlyMap<string, number | null>): string {
		const payload = buildPayload<string>(volume, {
			read: (kind, name) => {
				const version = reads.get(name) ?? null;
				if (version === null) return { kind: 'notFound', text: '' };
				const data = Object.fromEntries(this.#versions.get(version) ?? []);
				const none = { labels: {}, annotations: {}, type: '', immutable: undefined, binaryData: {} };
				return { kind: 'found', state: { ...none, kind, namespace: NAMESPACE, name, data } };
			},
			empty: '',
			text: (value) => value,
			token: () => ({ error: 'no token here' }),
			pod: { name: '', namespace: NAMESPACE, uid: '', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined },
		});
		return payload.kind === 'error' ? payload.text : contentTextOf(payload.files.map(({ path, content }) => [path, content]));
	}

	#request(event: Extract<TraceEvent, { kind: 'request' }>): void {
		const object = nameOf(event.object);
		const version = event.resourceVersion === 'set' ? 'last' : event.resourceVersion;
		const initial = event.sendInitialEvents === true ? ' sendInitialEvents match=NotOlderThan' : '';
		const asked = this.#asked.get(object) ?? [];
		asked.push({ at: event.at, text: `${event.verb} rv=${version}${initial}` });
		this.#asked.set(object, asked);
	}

	#response(at: Micros, object: string, outcome: string): void {
		if (outcome.startsWith('closed by')) {
			this.#observe(at, 'request', object, 'WATCH ends');
			return;
		}
		// Requests of one object are answered in order here: each takes the same time.
		const asked = this.#asked.get(object)?.shift();
		if (asked !== undefined) this.#observe(asked.at, 'request', object, `${asked.text} gives ${outcome}`);
	}
}

/** `default/p` and `Secret/default/s` without what comes before the name. */
function nameOf(key: string): string {
	return key.slice(key.lastIndexOf('/') + 1);
}

/** The objects of a kind that a volume reads, each once. */
function objectsOf(volume: Volume, kind: ObjectKind): string[] {
	const names: string[] = [];
	const sources = [volume, ...(volume.projected?.sources ?? [])];
	for (const { secret, configMap } of sources) {
		if (kind === 'Secret' && secret !== undefined) names.push('secretName' in secret ? secret.secretName : secret.name);
		if (kind === 'ConfigMap' && configMap !== undefined) names.push(configMap.name);
	}
	return [...new Set(names)];
}
