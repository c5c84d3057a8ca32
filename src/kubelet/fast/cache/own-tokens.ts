// Tokens of volumes that ask for nothing else themselves, such as the injected one while what it shares with other pods is deferred:
// nobody else learns when such a token is replaced, and nothing but its number changes. So its pod is followed alone through that as
// well. Receives ticks, books requests (K7.6).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import { ListedRow } from '../listed-row.js';
import type { NodeTables } from '../node-tables.js';
import type { PodClocks } from '../polled/pod-clocks.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { Refresher } from '../refresher.js';
import { NO_TICK } from '../resync-clock.js';
import { TokenRenewals } from '../token-renewals.js';
import type { SyncTicks } from './sync-ticks.js';

const NO_VOLUME = -1;

/** Such tokens of one node. */
export class OwnTokens {
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #refresher: Refresher;
	readonly #ticks: SyncTicks;
	readonly #row: ListedRow;
	readonly #renewals: TokenRenewals;
	/** By pod: the first tick at which its token may be replaced; after the end of every run for a pod without one. */
	readonly #dueFrom: Int32Array;
	/** By pod: the volume with the token. */
	readonly #volume: Int32Array;
	/** From a tick to the latest visit of the reconciler. */
	readonly #latest: Micros;

	constructor(
		tables: NodeTables,
		wire: ConnectionInput,
		objects: PolledObjects,
		refresher: Refresher,
		ticks: SyncTicks,
		clocks: PodClocks,
	) {
		const { pods } = tables;
		this.#tables = tables;
		this.#objects = objects;
		this.#refresher = refresher;
		this.#ticks = ticks;
		this.#row = new ListedRow(tables, ticks.ticks, clocks.longestGap);
		this.#renewals = new TokenRenewals(tables, wire, this.#row, refresher, objects);
		this.#latest = latestReach(tables.input, tables.loops);
		this.#volume = new Int32Array(pods);
		this.#dueFrom = new Int32Array(pods);
		for (let pod = 0; pod < pods; pod++) {
			this.#volume[pod] = this.#find(pod);
			this.look(pod);
		}
	}

	/** True when the pod's token is one of these. */
	has(pod: number): boolean {
		return this.#volume[pod] !== NO_VOLUME;
	}

	/** Looks at a pod anew: somebody else may have replaced its token. */
	look(pod: number): void {
		const { tokenKeptUntil, tickZero } = this.#tables;
		const volume = this.#volume[pod] as number;
		const from = volume === NO_VOLUME ? NO_TICK : Math.ceil(((tokenKeptUntil[volume] as number) - this.#latest - tickZero) / SECOND);
		this.#dueFrom[pod] = Math.min(NO_TICK, Math.max(0, from));
	}

	/**
	 * Follows a pod through replacements of its token, between two edges of the measured window.
	 *
	 * @param place of the first sync. @param until the first tick that is left alone.
	 */
	follow(pod: number, place: number, until: number): void {
		if (until <= (this.#dueFrom[pod] as number)) return;
		const { tickZero } = this.#tables;
		const { plainFrom, plainTo } = this.#refresher;
		const now = tickZero + (this.#ticks.ticks[place] as number) * SECOND;
		const sync = this.#ticks.syncAt(pod, place);
		const measured = now >= plainFrom && now < plainTo;
		this.#row.turnTo(pod, place, this.#ticks.lastOf(pod) - place, sync);
		this.#renewals.follow(pod, this.#volume[pod] as number, 0, sync, until, measured);
		this.look(pod);
	}

	#find(pod: number): number {
		const { firstVolume, firstRead, readObject, models, podOrdered } = this.#tables;
		if (podOrdered[pod] === 1) return NO_VOLUME;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			if (models[volume]?.tokenSeconds === null) continue;
			// Volumes with tokens would meet in one pod, so this is the only one.
			const first = firstRead[volume] as number;
			const reads = (firstRead[volume + 1] as number) - first;
			const alone = reads === 0 || (reads === 1 && this.#objects.isDeferred(readObject[first] as number));
			return alone && !this.#refresher.isRestless(volume) && this.#refresher.swapsPlainly(volume) ? volume : NO_VOLUME;
		}
		return NO_VOLUME;
	}
}
