// A stretch of time in which the fast path serves pods of a node under Get or Cache: all of them, or all but some that the reference
// path serves beside it.

import type { ConnectionInput, NodeConnection } from '../../../apiserver/node-connection.js';
import { liveVersion, versionIndexAt } from '../../../apiserver/object-timeline.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import { serverNotFoundText } from '../../manager/texts.js';
import { MOUNT_TIMEOUT } from '../../mount-wait.js';
import type { Node } from '../../node.js';
import type { PodInput } from '../../node-input.js';
import { afterTimeout, type BlockedPod, BlockedPods } from '../blocked-pods.js';
import { knowsFreshness } from '../eligibility.js';
import { AskingNode } from '../get/asking-node.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { knowsItsObjects, type PodLoan } from '../pod-loan.js';
import { BesideReference, type Drive } from '../polled/beside-reference.js';
import { type Budget, ExactBudget, neverWaits, surelyNeverWaits } from '../polled/client-budget.js';
import { givesUp } from '../polled/pod-clocks.js';
import { PolledObjects } from '../polled/polled-objects.js';
import { apartNode, polledNode, runThroughWaits } from '../polled-path.js';
import type { Refresher } from '../refresher.js';
import { PolledAttempts } from './polled-attempts.js';

/**
 * How pods are followed: apart from each other where that is possible, so that the end shows whether a request waited; in the order
 * of time, so that it is seen soon; or in the order of time although requests wait. Beside pods of the reference path, which is possible
 * under Cache only, that one makes the syncs which may have to.
 */
export type Way = 'apart' | 'ordered' | 'waiting';

/** Pods of one node under Get or Cache from some instant to another one. */
export class PolledPiece {
	readonly #node: Node;
	readonly #connection: NodeConnection;
	readonly #wire: ConnectionInput;
	readonly #tables: NodeTables;
	readonly #loan: PodLoan;
	/** Pods that were taken over, and those among them that wait for volumes in vain. */
	#pods: readonly number[] = [];
	#blocked: readonly BlockedPod[] = [];

	/** @param tables know the instant and the end of the stretch. */
	constructor(node: Node, connection: NodeConnection, wire: ConnectionInput, tables: NodeTables, loan: PodLoan) {
		this.#node = node;
		this.#connection = connection;
		this.#wire = wire;
		this.#tables = tables;
		this.#loan = loan;
	}

	/**
	 * Takes over the pods for which it is time now.
	 *
	 * @param way in which they will be followed.
	 * @returns how many they are.
	 */
	take(at: Micros, way: Way): number {
		const { inputs } = this.#node.parts.pods;
		const resting = this.#tables.allPods().filter((pod) => this.#loan.isResting(pod) && this.#knows(inputs[pod] as PodInput));
		const blocked = way === 'apart' && resting.length < inputs.length ? this.#findBlocked(at) : [];
		if (resting.length + blocked.length === inputs.length) this.#blocked = blocked;
		if (way === 'waiting' && !this.#caches && resting.length < inputs.length) return 0;
		const { input } = this.#tables;
		const waiting = this.#blocked.flatMap(({ volumes }) => volumes.map(({ volume }) => volume));
		if (waiting.length > 0 || this.#tables.anyBlocked) this.#tables.layOut(input, new Set(waiting));
		const taken = [...resting, ...this.#blocked.map(({ pod }) => pod)];
		if (!this.#others(taken).every((pod) => this.#readsOnlyVolumes(inputs[pod] as PodInput))) return 0;
		this.#pods = taken.sort((a, b) => a - b);
		this.#loan.take(resting);
		for (const pod of this.#blocked) this.#takeBlocked(pod);
		return taken.length;
	}

	/** The pods that wait in vain for volumes with one object each, which does not exist and which nobody else reads. */
	#findBlocked(at: Micros): BlockedPod[] {
		const { input } = this.#tables;
		const { pods, table } = this.#node.parts;
		const look = new BlockedPods(this.#node, this.#tables, this.#loan, serverNotFoundText);
		const blocked: BlockedPod[] = [];
		const missing = new Set<number>();
		for (const [pod, podInput] of pods.inputs.entries()) {
			const one = this.#knows(podInput) ? look.look(pod, (object) => this.#staysMissing(object, at)) : null;
			if (one === null || !this.#readsOnlyVolumes(podInput) || input.timing.syncDuration.max > MOUNT_TIMEOUT) continue;
			if (one.volumes.some(({ volume }) => table.model(volume).reads.length !== 1)) continue;
			for (const { volume } of one.volumes) missing.add(table.model(volume).reads[0]?.object as number);
			blocked.push(one);
		}
		const volumes = new Set(blocked.flatMap((one) => one.volumes.map(({ volume }) => volume)));
		for (const [volume, { reads }] of table.models.entries()) {
			if (!volumes.has(volume) && reads.some(({ object }) => missing.has(object))) return [];
		}
		return blocked;
	}

	/** Null for an object that does not exist to the end. @param at instant of now. */
	#staysMissing(local: number, at: Micros): null | undefined {
		const { input } = this.#tables;
		const { versions } = this.#tables.timeline(local);
		const now = versionIndexAt(versions, at);
		if ((versions[now + 1]?.commit ?? NEVER) <= input.end) return undefined;
		if (liveVersion(this.#tables.timeline(local), now) !== null) return undefined;
		return this.#node.parts.managers.standing(local)?.object === null ? null : undefined;
	}

	#takeBlocked({ pod, volumes, waitsSince }: BlockedPod): void {
		const { tickZero, firstTick, firstSync, podBlocked } = this.#tables;
		this.#loan.takeFailing(
			pod,
			volumes.map(({ volume }) => volume),
		);
		podBlocked[pod] = 1;
		if (waitsSince === null) return;
		givesUp(this.#tables, pod, waitsSince);
		const { next } = afterTimeout(this.#tables, pod, (firstSync[pod] as number) - 1, waitsSince);
		firstTick[pod] = (next - tickZero) / SECOND;
	}

	/**
	 * Simulates pods, and all others, to the end of the stretch.
	 *
	 * @param way in which the pods are followed.
	 * @param paid client tokens that the reference path has asked for before the stretch, when its bucket was full again.
	 * @returns false when the node needs the reference path.
	 */
	run(books: NodeBooks, refresher: Refresher, drive: Drive, way: Way, paid: number): boolean {
		const { input } = this.#tables;
		const pods = this.#pods;
		const objects = new PolledObjects(this.#tables, this.#wire, books, false);
		const others = this.#others(pods);
		// Where the sync of a pod drops what is kept, and with it GETs that wait, these are for the reference path.
		const followsWaits = way === 'waiting' && others.length === 0 && (!objects.caches || knowsFreshness(input));
		if (followsWaits) return this.#runWaiting(books, refresher, drive, objects);
		const { managers } = this.#node.parts;
		const bucket = way === 'waiting' ? managers.bucket : null;
		const { requestLatency } = this.#wire.latencies;
		const beside = new BesideReference(
			this.#node,
			this.#connection,
			drive,
			this.#tables,
			this.#loan,
			objects,
			others,
			requestLatency,
			paid,
			bucket,
		);
		for (const pod of pods) beside.learn(pod);
		const alone = others.length === 0 && bucket === null;
		const apart = way === 'apart' && (objects.caches || alone);
		let budget: Budget | null = null;
		if (bucket !== null) {
			objects.sent = [];
			budget = new ExactBudget(managers, objects.sent);
		}
		const engine = apart
			? apartNode(this.#tables, this.#wire, books, refresher, objects, alone)
			: polledNode(this.#tables, this.#wire, books, refresher, objects, budget);
		if (!(engine instanceof AskingNode ? engine.run(pods) : engine.run(pods, alone ? null : beside))) return false;
		new PolledAttempts(this.#tables, this.#node.parts, objects).run(this.#blocked);
		for (const { pod, timeoutMessage } of this.#blocked) {
			if (timeoutMessage === null) continue;
			this.#node.parts.state.count('Warning', 'FailedMount', timeoutMessage, this.#tables.timeouts[pod] as number);
		}
		if (apart) {
			const asked = (this.#node.parts.state.tokensAsked as readonly Micros[]).slice(paid);
			const { max } = requestLatency;
			// Attempts in vain are none of the reads that it counts.
			const surely =
				asked.length === 0 && this.#blocked.length === 0 && surelyNeverWaits(input.settings, this.#tables.reads, books, input.end, max);
			if (!surely && !neverWaits(input.settings, books, input.end, max, asked)) return false;
		}
		beside.tellAll();
		return !this.#tables.meetsEnd;
	}

	get #caches(): boolean {
		return this.#tables.input.settings.configMapAndSecretChangeDetectionStrategy === 'Cache';
	}

	/** All pods are followed through their waits: what they ask for is known, and nobody else asks for anything. */
	#runWaiting(books: NodeBooks, refresher: Refresher, drive: Drive, objects: PolledObjects): boolean {
		const { managers } = this.#node.parts;
		const { requestLatency } = this.#wire.latencies;
		const beside = new BesideReference(this.#node, this.#connection, drive, this.#tables, this.#loan, objects, [], requestLatency, 0, null);
		for (const pod of this.#pods) beside.learn(pod);
		if (!runThroughWaits(this.#tables, this.#wire, books, refresher, objects, managers, this.#pods)) return false;
		beside.tellAll();
		return !this.#tables.meetsEnd;
	}

	#others(pods: readonly number[]): number[] {
		const taken = new Set(pods);
		return this.#tables.allPods().filter((pod) => !taken.has(pod));
	}

	/** Reads of pull secrets would keep a sync waiting for the API server. */
	#knows(input: PodInput): boolean {
		const { managers } = this.#node.parts;
		const { model } = input;
		if (model.pullSecrets.length > 0 || !knowsItsObjects(input)) return false;
		const { localObjects } = this.#tables.input;
		const isStanding = (object: number): boolean => managers.standing(localObjects.get(object) as number) !== null;
		return model.secrets.every(isStanding) && model.configMaps.every(isStanding);
	}

	/** True when it is known from a pod's volumes when it reads an object. */
	#readsOnlyVolumes({ model }: PodInput): boolean {
		return model.pullSecrets.length === 0 && model.containers.every(({ environment }) => environment.length === 0);
	}
}
