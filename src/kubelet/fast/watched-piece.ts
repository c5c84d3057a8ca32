// A stretch of time in which the fast path serves some pods of a node under Watch while the reference path serves the others. They
// share nothing but watches and client tokens. A watch that none of the others needs is followed, and booked, here; one that others
// need stays where it is, and what it brings is only looked up.

import type { ConnectionInput, NodeConnection, OpenWatch } from '../../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import { type Micros, SECOND } from '../../core/time.js';
import type { Standing } from '../manager/manager.js';
import type { Node } from '../node.js';
import type { PodInput } from '../node-input.js';
import { WORKER } from '../pod-table.js';
import { reachOf } from './eligibility.js';
import type { NodeBooks } from './node-books.js';
import { ABSENT, type NodeTables } from './node-tables.js';
import { knowsItsObjects, type PodLoan } from './pod-loan.js';
import type { Refresher } from './refresher.js';
import { type Deliveries, WatchStreams } from './watch-streams.js';
import { WatchedNode } from './watched-node.js';

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

	/** The pods that can be taken over now. */
	candidates(): number[] {
		const { inputs } = this.#node.parts.pods;
		const pods: number[] = [];
		for (let pod = 0; pod < inputs.length; pod++) {
			if (!this.#loan.pods.includes(pod) && this.#loan.isResting(pod) && this.#canFollow(inputs[pod] as PodInput)) pods.push(pod);
		}
		return pods;
	}

	/**
	 * Simulates pods to the end of the stretch.
	 *
	 * @param closeAt when watches are closed that are still open then. @param aside takes what is booked elsewhere already.
	 * @param tokensAsked takes the instants at which client tokens are asked for.
	 * @returns false when the node needs the reference path.
	 */
	run(pods: readonly number[], closeAt: Micros, books: NodeBooks, aside: NodeBooks, refresher: Refresher, tokensAsked: Micros[]): boolean {
		const { input, loops } = this.#tables;
		const watched = new WatchedNode(this.#tables, this.#wire, books, refresher, reachOf(input, this.#wire, loops), tokensAsked);
		const deliveries = this.#follow(pods, closeAt, books, aside);
		if (deliveries === null) return false;
		for (const pod of pods) {
			watched.tokenRequests[pod] = this.#loan.tokensAsked(pod);
			if (!watched.runPod(pod, deliveries)) return false;
			this.#loan.setTokensAsked(pod, watched.tokenRequests[pod] as number);
		}
		return true;
	}

	#canFollow(input: PodInput): boolean {
		if (!knowsItsObjects(input)) return false;
		const { volumes, pullSecrets } = input.model;
		for (const { reads } of volumes) for (const { object } of reads) if (this.#followedObject(object) === null) return false;
		// A pull secret that cannot be read makes an event in every sync.
		return pullSecrets.every(({ object }) => {
			const followed = this.#followedObject(object);
			return followed !== null && followed.standing.object !== null && this.#tables.deleted[this.#local(object)] === 0;
		});
	}

	/** @param object number in the run. */
	#followedObject(object: number): Followed | null {
		const local = this.#local(object);
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

	/** What each object that the pods read brings; null when it matters in which order things happen at the end. */
	#follow(pods: readonly number[], closeAt: Micros, books: NodeBooks, aside: NodeBooks): Deliveries[] | null {
		const { input, readObject, firstRead, firstVolume } = this.#tables;
		const { managers, state } = this.#node.parts;
		const mine = new WatchStreams(input, this.#wire, books, 1, state.incarnation, closeAt);
		const others = new WatchStreams(input, this.#wire, aside, 1, state.incarnation, closeAt);
		const needed = this.#neededByOthers(pods);
		const deliveries: Deliveries[] = [];
		const use = (local: number): void => {
			if (deliveries[local] !== undefined) return;
			managers.manager((input.objects[local] as ObjectTimeline).kind).readElsewhere(local);
			deliveries[local] = this.#deliveriesOf(local, needed.has(local) ? others : mine, !needed.has(local));
		};
		for (const pod of pods) {
			const last = firstRead[firstVolume[pod + 1] as number] as number;
			for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) use(readObject[read] as number);
			for (const { object } of (input.pods[pod] as PodInput).model.pullSecrets) use(this.#local(object));
		}
		return mine.meetsClosing || others.meetsClosing ? null : deliveries;
	}

	#deliveriesOf(local: number, streams: WatchStreams, released: boolean): Deliveries {
		const { standing, watch } = this.#followed[local] as Followed;
		const timeline = this.#tables.input.objects[local] as ObjectTimeline;
		let deliveries: Deliveries = { at: [], version: [], frozen: standing.frozen };
		if (watch !== undefined) {
			deliveries = streams.follow(timeline, {
				openedAt: watch.openedAt,
				timeoutSeconds: (watch.deadline - watch.openedAt) / SECOND,
				lastVersion: standing.lastVersion,
				next: watch.next,
				sentAt: watch.lastSentAt,
				requests: this.#connection.askedAbout(local),
				timeouts: standing.timeouts,
			});
			if (released) {
				this.#connection.release(standing.request);
				this.#connection.setAskedAbout(local, streams.requests);
			}
		}
		return this.#unseen(local, standing.object?.index ?? ABSENT, deliveries);
	}

	/** What has been delivered already and not been read by every volume comes as if it were delivered now. */
	#unseen(local: number, stored: number, { at, version, frozen }: Deliveries): Deliveries {
		const { reads, readObject, seen } = this.#tables;
		let unseen = false;
		for (let read = 0; read < reads; read++) unseen ||= readObject[read] === local && seen[read] !== stored;
		return unseen ? { at: [LONG_AGO, ...at], version: [stored, ...version], frozen } : { at, version, frozen };
	}

	/** Node-local objects with which pods are registered that stay on the reference path. */
	#neededByOthers(taken: readonly number[]): Set<number> {
		const { pods } = this.#node.parts;
		const needed = new Set<number>();
		for (const [pod, { model }] of pods.inputs.entries()) {
			const gone = pods.worker[pod] === WORKER.absent || pods.worker[pod] === WORKER.gone;
			if (gone || taken.includes(pod) || this.#loan.pods.includes(pod)) continue;
			for (const object of [...model.secrets, ...model.configMaps]) needed.add(this.#local(object));
		}
		return needed;
	}

	#local(object: number): number {
		return this.#tables.input.localObjects.get(object) as number;
	}
}
