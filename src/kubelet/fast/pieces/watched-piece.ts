// A stretch of time in which the fast path serves some pods of a node under Watch while the reference path serves the others. They
// share nothing but watches and client tokens. A watch that none of the others needs is followed, and booked, here; one that others
// need stays where it is, and what it brings is only looked up.

import type { ConnectionInput, NodeConnection, OpenWatch } from '../../../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../../../apiserver/object-timeline.js';
import { type Micros, SECOND } from '../../../core/time.js';
import type { Standing } from '../../manager/manager.js';
import { storeNotFoundText } from '../../manager/texts.js';
import type { Node } from '../../node.js';
import type { PodInput } from '../../node-input.js';
import { WORKER } from '../../pod-table.js';
import { type BlockedPod, BlockedPods, longestPause } from '../blocked-pods.js';
import { idleAfter, reachOf } from '../eligibility.js';
import type { NodeBooks } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import { knowsItsObjects, type PodLoan } from '../pod-loan.js';
import type { Refresher } from '../refresher.js';
import { WatchStreams } from '../watch/watch-streams.js';
import { WatchedNode } from '../watch/watched-node.js';

/** Before every instant of a run. */
const LONG_AGO: Micros = -1;

/** A watch of an object as the fast path goes on with it. */
interface Followed {
	readonly standing: Standing<TimelineVersion>;
	readonly watch: OpenWatch | undefined;
}

/** Pods of one node under Watch from some instant to another one. */
export class WatchedPiece {
	readonly #node: Node;
	readonly #connection: NodeConnection;
	readonly #wire: ConnectionInput;
	readonly #tables: NodeTables;
	readonly #loan: PodLoan;
	/** Pods that were taken over: such as all volumes of which are mounted, and such as wait for volumes in vain. */
	readonly #resting: number[] = [];
	readonly #blocked: BlockedPod[] = [];
	/** By object; null: it cannot be followed at present. */
	readonly #followed: (Followed | null | undefined)[] = [];

	/** @param tables know the instant and the end of the stretch. */
	constructor(node: Node, connection: NodeConnection, wire: ConnectionInput, tables: NodeTables, loan: PodLoan) {
		this.#node = node;
		this.#connection = connection;
		this.#wire = wire;
		this.#tables = tables;
		this.#loan = loan;
	}

	/** Takes over the pods for which it is time now. @returns how many they are. */
	take(): number {
		const { inputs } = this.#node.parts.pods;
		const { input, loops } = this.#tables;
		const failing = new BlockedPods(this.#node, this.#tables, this.#loan, storeNotFoundText);
		const longest = longestPause(reachOf(input, this.#wire, loops), input.timing.syncDuration.max);
		const mayFail = longest < idleAfter(input.settings.syncFrequency);
		for (let pod = 0; pod < inputs.length; pod++) {
			if (this.#loan.pods.includes(pod)) continue;
			const podInput = inputs[pod] as PodInput;
			if (this.#loan.isResting(pod)) {
				if (this.#canFollow(pod, podInput) && this.#canReadPullSecrets(podInput)) this.#resting.push(pod);
				continue;
			}
			const blocked = mayFail && this.#canFollow(pod, podInput) ? failing.look(pod, (object) => this.#stored(object)) : null;
			if (blocked !== null) this.#blocked.push(blocked);
		}
		this.#loan.take(this.#resting);
		for (const { pod, volumes } of this.#blocked)
			this.#loan.takeFailing(
				pod,
				volumes.map(({ volume }) => volume),
			);
		return this.#resting.length + this.#blocked.length;
	}

	/**
	 * Simulates the pods that were taken over to the end of the stretch.
	 *
	 * @param closeAt when watches are closed that are still open then. @param aside takes what is booked elsewhere already.
	 * @param tokensAsked takes the instants at which client tokens are asked for; null: nobody wants to know.
	 * @returns false when the node needs the reference path.
	 */
	run(closeAt: Micros, books: NodeBooks, aside: NodeBooks, refresher: Refresher, tokensAsked: Micros[] | null): boolean {
		const { input, loops } = this.#tables;
		const watched = new WatchedNode(this.#tables, this.#wire, books, refresher, reachOf(input, this.#wire, loops), tokensAsked);
		if (!this.#follow(closeAt, books, aside)) return false;
		for (const pod of this.#resting) {
			watched.tokenRequests[pod] = this.#loan.tokensAsked(pod);
			if (!watched.runPod(pod)) return false;
			this.#loan.setTokensAsked(pod, watched.tokenRequests[pod] as number);
		}
		const failing = new BlockedPods(this.#node, this.#tables, this.#loan, storeNotFoundText);
		for (const blocked of this.#blocked) {
			const { pod, timeoutMessage } = blocked;
			watched.tokenRequests[pod] = this.#loan.tokensAsked(pod);
			const timeouts = watched.runBlocked(blocked);
			if (timeouts < 0) return false;
			this.#loan.setTokensAsked(pod, watched.tokenRequests[pod] as number);
			if (timeoutMessage !== null) this.#node.parts.state.count('Warning', 'FailedMount', timeoutMessage, timeouts);
			failing.retry(blocked);
		}
		return true;
	}

	/** What an object's store holds to the end; undefined when that is not known or changes. @param local node-local number. */
	#stored(local: number): TimelineVersion | null | undefined {
		const followed = this.#followed[local];
		if (followed === null || followed === undefined) return undefined;
		const { input } = this.#tables;
		const next = followed.watch === undefined ? undefined : this.#tables.timeline(local).versions[followed.watch.next];
		return next !== undefined && next.commit <= input.end ? undefined : followed.standing.object;
	}

	#canFollow(pod: number, input: PodInput): boolean {
		if (!knowsItsObjects(input)) return false;
		const { firstVolume, firstRead, readObject } = this.#tables;
		const last = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) {
			if (this.#followedObject(readObject[read] as number) === null) return false;
		}
		return true;
	}

	/** A pull secret that cannot be read makes an event in every sync. */
	#canReadPullSecrets({ model }: PodInput): boolean {
		return model.pullSecrets.every(({ object }) => {
			const local = this.#local(object);
			const followed = this.#followedObject(local);
			return followed !== null && followed.standing.object !== null && this.#tables.deleted[local] === 0;
		});
	}

	#followedObject(local: number): Followed | null {
		let followed = this.#followed[local];
		if (followed === undefined) {
			followed = this.#lookAt(local);
			this.#followed[local] = followed;
		}
		return followed;
	}

	#lookAt(local: number): Followed | null {
		const standing = this.#node.parts.managers.standing(local);
		if (standing === null) return null;
		if (standing.frozen) return { standing, watch: undefined };
		const watch = this.#connection.watch(standing.request);
		// The next read of an immutable object would freeze it and end its watch.
		if (watch === undefined || standing.object?.immutable === true) return null;
		const { versions } = this.#tables.input.objects[local] as ObjectTimeline;
		for (let index = watch.next; index < versions.length; index++) if (versions[index]?.immutable === true) return null;
		return { standing, watch };
	}

	/** What each object that the pods read brings; false when it matters in which order things happen at the end. */
	#follow(closeAt: Micros, books: NodeBooks, aside: NodeBooks): boolean {
		const { input, deliveries, reads, readObject, firstRead, firstVolume } = this.#tables;
		const { managers, state } = this.#node.parts;
		const mine = new WatchStreams(input, this.#wire, books, 1, state.incarnation, closeAt);
		const others = new WatchStreams(input, this.#wire, aside, 1, state.incarnation, closeAt);
		const needed = this.#neededByOthers();
		const used = new Set<number>();
		const use = (local: number): void => {
			if (used.has(local)) return;
			used.add(local);
			managers.manager((input.objects[local] as ObjectTimeline).kind).readElsewhere(local);
			this.#deliver(local, needed.has(local) ? others : mine, !needed.has(local));
		};
		deliveries.begin(input.objects.length, reads);
		for (const pod of [...this.#resting, ...this.#blocked.map((blocked) => blocked.pod)]) {
			const last = firstRead[firstVolume[pod + 1] as number] as number;
			for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) use(readObject[read] as number);
		}
		for (const pod of this.#resting) {
			for (const { object } of (input.pods[pod] as PodInput).model.pullSecrets) use(this.#local(object));
		}
		return !(mine.meetsClosing || others.meetsClosing);
	}

	#deliver(local: number, streams: WatchStreams, released: boolean): void {
		const { standing, watch } = this.#followed[local] as Followed;
		const { deliveries, input } = this.#tables;
		const stored = standing.object?.index ?? ABSENT;
		deliveries.open(local, standing.frozen);
		// What has been delivered already and not been read by every volume comes as if it were delivered now.
		if (this.#isUnseen(local, stored)) deliveries.add(LONG_AGO, stored);
		if (watch === undefined) return;
		const start = {
			openedAt: watch.openedAt,
			timeoutSeconds: (watch.deadline - watch.openedAt) / SECOND,
			lastVersion: standing.lastVersion,
			next: watch.next,
			sentAt: watch.lastSentAt,
			requests: this.#connection.askedAbout(local),
			timeouts: standing.timeouts,
		};
		streams.follow(input.objects[local] as ObjectTimeline, start, deliveries);
		if (!released) return;
		this.#connection.release(standing.request);
		this.#connection.setAskedAbout(local, streams.requests);
	}

	/** True when some read of an object has not seen what the store holds. */
	#isUnseen(local: number, stored: number): boolean {
		const { reads, readObject, seen } = this.#tables;
		for (let read = 0; read < reads; read++) if (readObject[read] === local && seen[read] !== stored) return true;
		return false;
	}

	/** Node-local objects with which pods are registered that stay on the reference path. */
	#neededByOthers(): Set<number> {
		const { pods } = this.#node.parts;
		const needed = new Set<number>();
		for (const [pod, { model }] of pods.inputs.entries()) {
			const gone = pods.worker[pod] === WORKER.absent || pods.worker[pod] === WORKER.gone;
			if (gone || this.#loan.pods.includes(pod)) continue;
			for (const object of [...model.secrets, ...model.configMaps]) needed.add(this.#local(object));
		}
		return needed;
	}

	#local(object: number): number {
		return this.#tables.input.localObjects.get(object) as number;
	}
}
