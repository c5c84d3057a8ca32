// End to end, by mechanism: a simulated node is given the recorded starts of SyncPod and of SetUp, and everything that
// follows has to follow in the recorded order: requests, results, messages, contents of volumes, ends of watches.

import type { ApiConnection } from '../../src/apiserver/node-connection.js';
import { simulate } from '../../src/cluster/simulate.js';
import { formatDuration } from '../../src/core/duration.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { ObjectKind, Volume } from '../../src/kubernetes/objects.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import type { Agreement } from './agreement.js';
import { AgreementTally } from './agreement.js';
import { simulatedView } from './container-view.js';
import type { Block, Observation, StreamKind } from './timeline-block.js';
import { ContentReader, nameOf } from './timeline-content.js';
import { delayBlocks } from './timeline-delay.js';
import { type Outage, OutageConnection, outageOf } from './timeline-outage.js';
import { planOf } from './timeline-plan.js';
import { possibleSweeps, RecordedKubelet } from './timeline-replay.js';
import { scriptedBlocks } from './timeline-script.js';

/** Allowed differences in time: both loops of 100 ms and their run times. */
const LOOPS: Micros = 250 * MILLISECOND;
const BOUNDS: Readonly<Record<StreamKind, Micros>> = {
	sync: LOOPS,
	volume: LOOPS,
	content: LOOPS,
	request: LOOPS,
	event: LOOPS,
	refused: SECOND,
	container: LOOPS,
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
	return blocksAgreement('nodes' in header ? delayBlocks(lines) : scriptedBlocks(lines));
}

/** Replays every block and compares. */
export function blocksAgreement(blocks: readonly Block[]): TimelineAgreement {
	const tally = new AgreementTally();
	const reports: BlockReport[] = [];
	for (const block of blocks) {
		const compared = replayed(block);
		reports.push(compared.report);
		tally.count(
			compared.difference === null
				? null
				: { id: block.id, input: compared.where, recorded: compared.difference.recorded, ours: compared.difference.ours },
		);
	}
	return { ...tally.agreement, notes: reports.map(noteOf), blocks: reports };
}

function noteOf({ id, matched, largestDifference, notCompared }: BlockReport): string {
	const left = [...notCompared].map(([reason, count]) => `${count} x ${reason}`).join(', ');
	const rest = left === '' ? '' : `; not compared: ${left}`;
	return `${id}: ${matched} lines matched, largest difference ${(largestDifference / MILLISECOND).toFixed(1)} ms${rest}`;
}

/** The comparison for the first possible phase of the idle sweeps that agrees, or else for the first of all. */
function replayed(block: Block): Comparison {
	let first: Comparison | undefined;
	for (const sweep of possibleSweeps(block)) {
		const compared = compare(block, block.observations, new Replayed(block, sweep).observations());
		if (compared.difference === null) return compared;
		first ??= compared;
	}
	return first as Comparison;
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
	// Some observations only tell the replay when things happened.
	if (!block.recorded.has(one.stream)) return false;
	if (one.at > block.end + BOUNDS[one.stream] || one.at < (block.lab?.comparedFrom ?? 0)) return false;
	return one.stream !== 'request' || one.at >= block.requestsFrom;
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
	readonly #contents: ContentReader;
	readonly #observations: Observation[] = [];
	/** Requests by object that have not been answered. */
	readonly #asked = new Map<string, { readonly at: Micros; readonly text: string }[]>();
	readonly #shown = new Set<string>();
	readonly #sweep: Micros;
	readonly #outage: Outage | null;

	constructor(block: Block, sweep: Micros) {
		this.#block = block;
		this.#sweep = sweep;
		this.#outage = outageOf(block);
		this.#contents = new ContentReader(block);
	}

	observations(): Observation[] {
		const block = this.#block;
		const objects = new Map<string, string[]>();
		for (const [pod, spec] of this.#contents.specs) {
			for (const volume of spec.volumes) objects.set(`${pod}/${volume.name}`, objectsOf(volume, block.objectKind));
		}
		const kubelet = new RecordedKubelet(block, objects, this.#sweep);
		const outage = this.#outage;
		simulate(planOf(block), {
			replay: () => kubelet,
			trace: (event) => this.#take(event),
			...(outage === null ? {} : { connection: (inner: ApiConnection) => new OutageConnection(inner, outage) }),
		});
		return this.#observations;
	}

	#observe(at: Micros, stream: StreamKind, subject: string, text: string): void {
		if (!this.#block.recorded.has(stream)) return;
		// Pods that the recording does not show have no manifest.
		const ofPod = stream !== 'request' && stream !== 'refused';
		if (ofPod && !this.#contents.specs.has(subject.split('/')[0] as string)) return;
		// A pod's unique id is of this run only.
		this.#observations.push({ at, stream, subject, text: text.replaceAll(/_default\([^)]*\)/g, '_default(uid)') });
	}

	#take(event: TraceEvent): void {
		this.#contents.take(event);
		switch (event.kind) {
			case 'syncEnd':
				if (this.#block.lab?.syncReturns !== false) this.#observe(event.at, 'sync', nameOf(event.pod), 'returns');
				if (event.error !== null) this.#observe(event.at, 'sync', nameOf(event.pod), `fails: ${event.error}`);
				return;
			case 'setUpFailed': {
				const text = `fails, retried after ${formatDuration(event.retryAfter)}`;
				return this.#observe(event.at, 'volume', `${nameOf(event.pod)}/${event.volume}`, text);
			}
			case 'compared':
				return this.#observe(event.at, 'volume', `${nameOf(event.pod)}/${event.volume}`, 'succeeds');
			case 'swap':
				return this.#swap(event.at, nameOf(event.pod), event.volume);
			case 'containerStarted':
				return this.#observe(event.at, 'container', nameOf(event.pod), simulatedView(this.#contents, nameOf(event.pod), event));
			case 'writeRejected':
				return this.#observe(event.at, 'refused', event.object, event.message);
			case 'event':
				return this.#observe(event.at, 'event', nameOf(event.pod), `${event.type} ${event.reason}: ${event.message}`);
			case 'request':
				return this.#isTold(event.object) ? this.#request(event) : undefined;
			case 'response':
				return this.#isTold(event.object) ? this.#response(event.at, nameOf(event.object), event.outcome) : undefined;
			default:
		}
	}

	#swap(at: Micros, pod: string, volume: string): void {
		const subject = `${pod}/${volume}`;
		const first = !this.#shown.has(subject);
		this.#shown.add(subject);
		if (!this.#contents.specs.has(pod) || (first && !this.#block.firstContents)) return;
		this.#observe(at, 'content', subject, this.#contents.contentOf(pod, volume));
	}

	/** The second set tells requests for Secrets only. */
	#isTold(object: string): boolean {
		return this.#block.lab === undefined || object.startsWith(`${this.#block.objectKind}/`);
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
		if (outcome.startsWith('closed by') || outcome.startsWith('ERROR')) {
			// Nobody writes down how the streams of a server end that ends itself.
			if (at === this.#outage?.streamsEnd) return;
			this.#observe(at, 'request', object, 'WATCH ends');
			return;
		}
		// Requests of one object are answered in order here: each takes the same time.
		const asked = this.#asked.get(object)?.shift();
		if (asked === undefined) return;
		// A GET that is refused reaches no audit log and no other log; what follows from it does.
		if (outcome === 'connection refused' && asked.text.startsWith('GET')) return;
		// A request that waited for a server to serve was received when it did.
		const held = this.#outage !== null && asked.at >= this.#outage.listens && asked.at < this.#outage.serves;
		this.#observe(held ? (this.#outage as Outage).serves : asked.at, 'request', object, `${asked.text} gives ${outcome}`);
	}
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
