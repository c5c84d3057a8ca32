// Pods that the fast path takes over from a node of the reference path for a time, and gives back when the kubelet stops. Between two
// syncs a pod's state is a few numbers: its next tick, and for each volume what was read last, its token and its operations so far.
// Nothing else of a pod outlives the process of the kubelet, so the instant at which it stops is where a pod can be given back.

import type { NodeConnection } from '../../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import { SECOND } from '../../core/time.js';
import type { ReadResult } from '../manager/manager.js';
import type { Node, NodeParts } from '../node.js';
import type { PodInput } from '../node-input.js';
import type { PodModel, ReadModel } from '../pod-model.js';
import { WORKER } from '../pod-table.js';
import { type DiskContent, MOUNT } from '../volume-table.js';
import type { NodeTables } from './node-tables.js';
import { ABSENT, resultOf } from './read-results.js';

/** Number of a volume's token in the part of its content that no object determines. */
const TOKEN_PART = 0x10_0000;

/** Slots of a node's write tracker by row of the read table; -1 where no write can follow. */
export function slotsOfReads({ slots }: NodeParts, { volumes, firstRead, readObject, written }: NodeTables): Int32Array {
	const rows = new Int32Array(firstRead[volumes] as number);
	for (let volume = 0; volume < volumes; volume++) {
		const first = firstRead[volume] as number;
		for (let read = first; read < (firstRead[volume + 1] as number); read++) {
			const followed = written[readObject[read] as number] === 1;
			rows[read] = followed ? (slots[volume]?.[read - first] ?? -1) : -1;
		}
	}
	return rows;
}

/**
 * A node all of whose pods have been lent since before the run: they run, their volumes are mounted, and what these hold is told when
 * they are given back. Until the kubelet stops nobody asks its managers for anything.
 */
export function startLent({ pods, table, workers }: NodeParts): void {
	for (let pod = 0; pod < pods.inputs.length; pod++) {
		pods.worker[pod] = WORKER.idle;
		workers.starter.adopt(pod);
	}
	table.mount.fill(MOUNT.mounted);
}

/** The pods of one node that are lent. */
export class PodLoan {
	readonly #node: Node;
	readonly #connection: NodeConnection;
	readonly #tables: NodeTables;
	/** Pods that are lent now. */
	readonly pods: number[] = [];

	/** @param tables laid out for the node. */
	constructor(node: Node, connection: NodeConnection, tables: NodeTables) {
		this.#node = node;
		this.#connection = connection;
		this.#tables = tables;
	}

	/** True when the pod waits for its next periodic sync and all its volumes are up to date. */
	isResting(pod: number): boolean {
		const { pods } = this.#node.parts;
		if (!pods.isResting(pod)) return false;
		const last = pods.firstVolume[pod + 1] as number;
		for (let volume = pods.firstVolume[pod] as number; volume < last; volume++) if (!this.isUpToDate(volume)) return false;
		return true;
	}

	/** True when a mounted volume has nothing to catch up on. */
	isUpToDate(volume: number): boolean {
		const { table, volumes } = this.#node.parts;
		if (!volumes.isResting(volume)) return false;
		// A token that was issued but not written is written by the next SetUp, whatever the objects are.
		return (table.ownPart[volume] as number) === (table.tokens[volume] as number) * TOKEN_PART + this.#metadata(volume);
	}

	/** Has had all pods since before the run ({@link startLent}): the tables know how they began. */
	takeAll(): void {
		this.pods.push(...this.#tables.allPods());
	}

	/** Takes over a pod that waits for volumes in vain. @param blocked volumes for which it waits. */
	takeFailing(pod: number, blocked: readonly number[]): void {
		this.take([pod]);
		for (const volume of blocked) this.#tables.blocked[volume] = 1;
		this.#node.parts.pods.holdFailing(pod);
	}

	/** Takes pods over: the tables have to know the instant already ({@link NodeTables.startAfter}). */
	take(taken: readonly number[]): void {
		const { pods, table } = this.#node.parts;
		const { tickZero, firstTick, firstSync, firstVolume, firstRead, seen } = this.#tables;
		for (const pod of taken) {
			pods.hold(pod);
			firstTick[pod] = ((pods.tickAt[pod] as number) - tickZero) / SECOND;
			const syncs = pods.syncs[pod] as number;
			firstSync[pod] = syncs + 1;
			const last = firstVolume[pod + 1] as number;
			for (let volume = firstVolume[pod] as number; volume < last; volume++) {
				const results = table.results[volume] as ReadResult<TimelineVersion>[];
				const first = firstRead[volume] as number;
				for (let read = first; read < (firstRead[volume + 1] as number); read++) {
					const result = results[read - first] as ReadResult<TimelineVersion>;
					seen[read] = result.kind === 'found' ? result.object.index : ABSENT;
				}
				const operationsAhead = (table.operations[volume] as number) - syncs;
				this.#tables.resume(volume, {
					tokens: table.tokens[volume] as number,
					tokenIssuedAt: table.tokenIssuedAt[volume] as number,
					operationsAhead,
				});
			}
			this.pods.push(pod);
		}
	}

	/** Gives a pod back: between two syncs, or with all others to a kubelet that is about to stop. */
	giveBack(pod: number): void {
		const { pods } = this.#node.parts;
		const { lastSync, firstVolume } = this.#tables;
		this.pods.splice(this.pods.indexOf(pod), 1);
		pods.syncs[pod] = lastSync[pod] as number;
		pods.resume(pod);
		const last = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < last; volume++) {
			if (this.#tables.blocked[volume] === 0) this.#giveBackVolume(pod, volume);
			this.#tables.blocked[volume] = 0;
		}
	}

	/** Requests that were sent for a lent pod's tokens so far. */
	tokensAsked(pod: number): number {
		return this.#connection.askedAbout(~pod);
	}

	/** As many have been sent when it is given back. */
	setTokensAsked(pod: number, requests: number): void {
		this.#connection.setAskedAbout(~pod, requests);
	}

	#giveBackVolume(pod: number, volume: number): void {
		const { table } = this.#node.parts;
		const { tokens, tokenIssuedAt, writtenToken, operationsAhead, lastVisit, firstRead, readObject, seen, input } = this.#tables;
		table.operations[volume] = (lastVisit[pod] as number) + (operationsAhead[volume] as number);
		table.tokens[volume] = tokens[volume] as number;
		table.tokenIssuedAt[volume] = tokenIssuedAt[volume] as number;
		table.ownPart[volume] = (writtenToken[volume] as number) * TOKEN_PART + this.#metadata(volume);
		const first = firstRead[volume] as number;
		const last = firstRead[volume + 1] as number;
		const { disk, results } = table;
		const known = results[volume] as ReadResult<TimelineVersion>[];
		const isSeen = (result: ReadResult<TimelineVersion>, place: number): boolean =>
			(seen[first + place] as number) === (result.kind === 'found' ? result.object.index : ABSENT);
		// Of a volume that was lent from the beginning nothing is known here.
		if (disk[volume] !== null && known.every(isSeen)) return;
		// A list that grows would take room for more than it needs.
		const fresh = new Array<ReadResult<TimelineVersion>>(last - first);
		for (let read = first; read < last; read++) {
			fresh[read - first] = resultOf(input.objects[readObject[read] as number] as ObjectTimeline, seen[read] as number);
		}
		results[volume] = fresh;
		disk[volume] = table.model(volume).payloads.payload(fresh) as DiskContent;
	}

	#metadata(volume: number): number {
		const { pods, table } = this.#node.parts;
		return table.model(volume).podSpecific ? (pods.metadata[table.pod[volume] as number] as number) : 0;
	}
}

/** Every object that a volume or a pull secret of a pod reads is registered with the managers. */
export function knowsItsObjects({ model }: PodInput): boolean {
	for (const { reads } of model.volumes) if (!registersAll(model, reads)) return false;
	return registersAll(model, model.pullSecrets);
}

function registersAll({ secrets, configMaps }: PodModel, reads: readonly ReadModel[]): boolean {
	for (const { object } of reads) if (!secrets.includes(object) && !configMaps.includes(object)) return false;
	return true;
}
