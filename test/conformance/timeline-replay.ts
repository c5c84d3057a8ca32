// The recorded instants that a simulated node takes over from a recorded one: when each SyncPod began, when each SetUp began,
// which sync each SetUp answers, and when idle watches were swept. SetUp itself is not recorded at its beginning: it began
// just before its request, or, when it made none, just before its end.

import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, MINUTE, SECOND } from '../../src/core/time.js';
import type { ContainerStep, Replay } from '../../src/kubelet/replay.js';
import type { Block, LabFacts } from './timeline-block.js';
import { backoffDraws } from './timeline-outage.js';
import { firstSyncOf, NAMESPACE, otherPodName, REPROCESS } from './timeline-plan.js';

/**
 * Longest time from the beginning of a sync to the SetUp it asks for: both loops, 100 ms each, and their run times (K3.6),
 * which were long at times on the two cores of the recording.
 */
export const SYNC_TO_SETUP: Micros = 350 * MILLISECOND;
/** What is left of a SetUp after its last request, or of one without a request. */
const SETUP_REST: Micros = 2 * MILLISECOND;
/** Where several volumes read an object, a request belongs to a SetUp that ends within this time after its response. */
const REQUEST_BEFORE_END: Micros = 60 * MILLISECOND;
/** A read that restarts a reflector waits for at most a second (K6). */
const SYNC_WAIT: Micros = SECOND;
/** Between the kubelet's process and its first SyncPod (K20.27). */
const KUBELET_STARTUP: Micros = 1_050 * MILLISECOND;

/** The mount wait looks this often (K3.1). */
const MOUNT_POLL: Micros = 300 * MILLISECOND;
/** From a look that finds everything mounted to the return of a sync that starts one container. */
const CONTAINER_START: Micros = 6 * MILLISECOND;
/** No stop, pull or creation of a recorded container took longer. */
const LONGEST_STEP: Micros = 5 * SECOND;
/** A first sync makes directories before its mount wait begins. */
const LATEST_REPROCESS: Micros = 30 * MILLISECOND;

interface SetUp {
	readonly start: Micros;
	/** When the populator was asked for it: by ReprocessPod of a sync, or as the pod was added; null for a retry. */
	cause: Micros | null;
}

/** Which objects each volume (`pod/volume`) reads. */
export type VolumeObjects = ReadonlyMap<string, readonly string[]>;

/** What a block fixes of the node that replays it. */
export class RecordedKubelet implements Replay {
	readonly syncStarts: ReadonlyMap<string, readonly Micros[]>;
	/** Ends of the syncs of each pod. */
	readonly #syncEnds: ReadonlyMap<string, readonly Micros[]>;
	readonly #setUps = new Map<string, SetUp[]>();
	readonly #restartedAt: Micros | null;
	readonly #sweep: Micros;
	/** Draws of each object's reflector back-offs, as far as the recording fixes them. */
	readonly #draws: ReadonlyMap<string, readonly number[]>;
	readonly #lab: LabFacts | undefined;
	/** Longest time from a sync to the SetUp that answers it, as far as it is known when that began. */
	readonly #syncToSetUp: Micros;
	/** Events that tell what a sync did about a container, by pod. */
	readonly #reactions = new Map<string, Micros[]>();

	/** @param sweep some instant at which idle watches were swept; the kubelet's start is not recorded. */
	constructor(block: Block, objects: VolumeObjects, sweep: Micros) {
		this.#syncEnds = block.lab?.syncReturns === false ? block.lab.syncEnds : endsOf(block);
		this.#lab = block.lab;
		this.#syncToSetUp = SYNC_TO_SETUP + (block.lab?.longestWait ?? 0);
		for (const { at, stream, subject, text } of block.observations) {
			if (stream !== 'event' || !/^\w+ (Pulled|Pulling|BackOff): /.test(text)) continue;
			this.#reactions.set(subject, [...(this.#reactions.get(subject) ?? []), at]);
		}
		const starts = new Map([...block.syncs].map(([pod, all]) => [`${NAMESPACE}/${pod}`, [...all]]));
		for (const [volume, reads] of objects) {
			const alone =
				block.otherPods === 0 && ![...objects].some(([other, its]) => other !== volume && its.some((name) => reads.includes(name)));
			this.#setUps.set(volume, setUpsOf(block, volume, reads, alone));
		}
		this.#addOthers(block, starts);
		this.syncStarts = starts;
		this.#restartedAt = block.actions.find(({ kind }) => kind === 'startKubelet')?.at ?? null;
		for (const [pod, all] of starts) this.#explain(pod.slice(NAMESPACE.length + 1), all);
		this.#sweep = sweep;
		this.#draws = new Map([...block.attempts].map(([object, attempts]) => [object, backoffDraws(attempts)]));
	}

	terminatedAfter(pod: string, volumesGone: Micros): Micros | undefined {
		const end = this.#lab?.terminations.get(pod.slice(NAMESPACE.length + 1))?.find((at) => at >= volumesGone - LONGEST_STEP);
		return end === undefined ? undefined : Math.max(end, volumesGone);
	}

	/** The sync that first acted on a container's end is the first that knew of it. */
	deathNoticedAfter(pod: string, ended: Micros): Micros | undefined {
		const name = pod.slice(NAMESPACE.length + 1);
		const starts = this.syncStarts.get(pod) ?? [];
		const acted = this.#reactions.get(name)?.find((at) => at > ended);
		// Where no events are recorded: the first sync after the end.
		const start = acted === undefined ? starts.find((at) => at > ended) : starts.findLast((at) => at <= acted);
		return start === undefined ? undefined : Math.max(ended, start - 1);
	}

	containerStepAfter(pod: string, _container: string, step: ContainerStep, since: Micros): Micros | undefined {
		const ends = this.#lab?.containerSteps.get(pod.slice(NAMESPACE.length + 1))?.get(step);
		return ends?.find((at) => at > since && at < since + LONGEST_STEP);
	}

	syncToReprocess(pod: string, start: Micros): Micros {
		const end = this.#syncEnds.get(pod.slice(NAMESPACE.length + 1))?.find((at) => at > start);
		if (end === undefined || end - start < MOUNT_POLL / 2) return REPROCESS;
		if (this.syncStarts.get(pod)?.some((at) => at > start && at < end)) return REPROCESS;
		// It waited for its mounts: its end lies a container's start after a look, and the looks count from this instant.
		const rest = ((end - start) % MOUNT_POLL) - CONTAINER_START;
		return rest > REPROCESS && rest < LATEST_REPROCESS ? rest : REPROCESS;
	}

	populatorAfter(pod: string, since: Micros): Micros {
		let pass = Number.POSITIVE_INFINITY;
		for (const [volume, setUps] of this.#setUps) {
			if (`${NAMESPACE}/${volume.split('/')[0]}` !== pod) continue;
			// The SetUp that this sync explains, or, when none is left for it, the first one that can still serve it.
			const own = setUps.find(({ cause, start }) => cause === since && start > since);
			const next = own ?? setUps.find(({ start }) => start > since && start <= since + this.#syncToSetUp);
			if (next === undefined) continue;
			pass = Math.min(pass, next.start - MILLISECOND / 10);
			// A later sync that has a SetUp of its own was not seen by this pass.
			const later = setUps.find(({ cause, start }) => cause !== null && cause > since && start > next.start);
			if (later !== undefined) pass = Math.min(pass, (later.cause as Micros) - 1);
		}
		return Math.max(since + 1, pass === Number.POSITIVE_INFINITY ? since + this.#syncToSetUp / 2 : pass);
	}

	reconcilerAfter(pod: string, volume: string, since: Micros): Micros {
		const setUps = this.#setUps.get(`${pod.slice(NAMESPACE.length + 1)}/${volume}`) ?? [];
		const next = setUps.find(({ start }) => start > since);
		// Beyond the loops' bound there is none that belongs here: the model is left to start one, and to be found out.
		return next !== undefined && next.start <= since + this.#syncToSetUp ? next.start : since + this.#syncToSetUp;
	}

	processStart(firstSyncs: Micros): Micros {
		if (this.#restartedAt !== null && firstSyncs > this.#restartedAt) return firstSyncs - KUBELET_STARTUP;
		return this.#sweep - Math.ceil((this.#sweep - firstSyncs) / MINUTE) * MINUTE;
	}

	reflectorDraw(object: string, ordinal: number): number | undefined {
		return this.#draws.get(object.slice(object.lastIndexOf('/') + 1))?.[ordinal];
	}

	/** Reads of pods that are not shown: each is made by one of them in turn, through a sync of its own. */
	#addOthers(block: Block, starts: Map<string, Micros[]>): void {
		for (const [object, reads] of block.otherReads) {
			for (let number = 0; number < block.otherPods; number++) {
				const name = otherPodName(object, number);
				const mine = reads.filter((_at, index) => index % block.otherPods === number).map((at) => at - MILLISECOND);
				this.#setUps.set(
					`${name}/vol`,
					mine.map((start) => ({ start, cause: start - SETUP_REST + REPROCESS })),
				);
				// Its first sync registers it; what that reads comes before requests are compared.
				starts.set(`${NAMESPACE}/${name}`, [firstSyncOf(block), ...mine.map((start) => start - SETUP_REST)]);
			}
		}
	}

	/**
	 * Gives each SetUp, from the last to the first, the latest cause that can have asked for it and asked for no other: a sync,
	 * or the addition of the pod, at its creation or in a new kubelet process.
	 */
	#explain(pod: string, starts: readonly Micros[]): void {
		const added = [starts[0], starts.find((at) => this.#restartedAt !== null && at > this.#restartedAt)];
		const causes = starts.map((at) => at + this.syncToReprocess(`${NAMESPACE}/${pod}`, at));
		for (const at of new Set(added)) if (at !== undefined) causes.push(at);
		causes.sort((a, b) => a - b);
		for (const [volume, setUps] of this.#setUps) {
			if (volume.split('/')[0] !== pod) continue;
			let left = causes.length - 1;
			for (const setUp of [...setUps].reverse()) {
				while (left >= 0 && (causes[left] as Micros) >= setUp.start) left--;
				const cause = causes[left];
				if (cause === undefined || cause < setUp.start - this.#syncToSetUp) continue;
				setUp.cause = cause;
				left--;
			}
		}
	}
}

function endsOf(block: Block): Map<string, Micros[]> {
	const ends = new Map<string, Micros[]>();
	for (const { at, stream, subject, text } of block.observations) {
		if (stream === 'sync' && text === 'returns') ends.set(subject, [...(ends.get(subject) ?? []), at]);
	}
	return ends;
}

function setUpsOf(block: Block, volume: string, objects: readonly string[], alone: boolean): SetUp[] {
	const requests = block.observations.filter(({ stream, subject }) => stream === 'request' && objects.includes(subject));
	const syncs = block.syncs.get(volume.split('/')[0] as string) ?? [];
	const setUps: SetUp[] = [];
	let previous = Number.NEGATIVE_INFINITY;
	for (const { at, stream, subject } of block.observations) {
		if (stream !== 'volume' || subject !== volume) continue;
		const since = alone ? previous : Math.max(previous, at - REQUEST_BEFORE_END);
		const answered = ({ answeredAt = 0 }): boolean => answeredAt <= at && answeredAt > since;
		const gets = requests.filter((one) => one.text.startsWith('GET') && answered(one));
		// With several objects, each is read once; of one object, the last request is this SetUp's.
		const first = Math.min(...objects.map((object) => gets.findLast((one) => one.subject === object)?.at ?? at));
		const restart = requests.find(
			(one) => one.text.startsWith('WATCH rv=last sendInitialEvents') && one.at <= at && one.at > Math.max(previous, at - SYNC_WAIT),
		);
		const start = Math.min(at - SETUP_REST, first - MILLISECOND, (restart?.at ?? at) - MILLISECOND);
		// It may have taken less than is assumed here, but it did not begin before the sync that it follows at once.
		const sync = syncs.findLast((begin) => begin < at - 1);
		const follows = sync !== undefined && sync + REPROCESS >= start && sync < start + SETUP_REST;
		const after = follows ? Math.min(sync + REPROCESS + MILLISECOND / 10, at - 1) : start;
		setUps.push({ start: Math.max(unregisteredBefore(block, volume, at, sync) ?? after, previous + 1), cause: null });
		previous = at;
	}
	return setUps;
}

/** A SetUp that failed for want of registration began before the sync that registers its pod, however late it was told. */
function unregisteredBefore(block: Block, volume: string, failed: Micros, sync: Micros | undefined): Micros | undefined {
	const pod = volume.split('/')[0];
	const told = block.observations.some(
		({ at, stream, subject, text }) =>
			stream === 'event' && subject === pod && text.endsWith(' not registered') && Math.abs(at - failed) < REQUEST_BEFORE_END,
	);
	return told && sync !== undefined && failed - sync < REQUEST_BEFORE_END ? sync - 1 : undefined;
}

/**
 * Instants at which idle watches may have been swept. One is the end of a WATCH that neither the end of a pod nor a stop of
 * the kubelet explains; without such an end the sweeps are only known not to have met anything, and every second is tried.
 */
export function possibleSweeps(block: Block): readonly Micros[] {
	const explained = block.actions.filter(({ kind }) => kind === 'deletePod' || kind === 'stopKubelet').map(({ at }) => at);
	// A read of an immutable object ends its watch at once (K20.33).
	const immutable = new Set(block.actions.flatMap((action) => ('immutable' in action && action.immutable === true ? [action.name] : [])));
	const ends = block.observations.filter(
		({ stream, subject, text }) => stream === 'request' && text === 'WATCH ends' && !immutable.has(subject),
	);
	const idle = ends.find(({ at }) => !explained.some((cause) => at >= cause && at < cause + 30 * SECOND));
	if (idle !== undefined) return [idle.at];
	return block.strategy === 'Watch' ? Array.from({ length: 60 }, (_none, second) => second * SECOND) : [0];
}
