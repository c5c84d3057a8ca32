// Tokens under Get of a node whose pods need not meet before an edge of the measured window: whatever their syncs find new is of objects
// that nobody else reads, and the second of their requests is certain even where a token holds them up. Then the order of time does
// not matter, and the tokens of each pod are followed ahead of its other syncs (K5.1, K7.6).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import type { ListedRow } from '../listed-row.js';
import type { NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { Refresher } from '../refresher.js';
import { TokenRenewals } from '../token-renewals.js';

/** Such tokens of one node. */
export class CalmTokens {
	readonly #tables: NodeTables;
	readonly #row: ListedRow;
	readonly #renewals: TokenRenewals;

	constructor(tables: NodeTables, wire: ConnectionInput, refresher: Refresher, objects: PolledObjects, row: ListedRow) {
		this.#tables = tables;
		this.#row = row;
		this.#renewals = new TokenRenewals(tables, wire, row, refresher, objects);
	}

	/**
	 * Follows the tokens of a pod.
	 *
	 * @param start where the ticks of its syncs are, from the first one on. @param count how many are listed.
	 * @param sync number of the first one. @param until the first tick that is left alone.
	 * @param measured whether the syncs before that are in the measured window.
	 */
	follow(pod: number, start: number, count: number, sync: number, until: number, measured: boolean): void {
		const { firstVolume, models } = this.#tables;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			if (models[volume]?.tokenSeconds === null) continue;
			this.#row.turnTo(pod, start, count, sync);
			this.#renewals.follow(pod, volume, 0, sync, until, measured);
		}
	}
}

/** True when pods of a node only ever meet at what never changes, and their tokens leave no other trace than their numbers. */
export function findsNothingShared(tables: NodeTables, refresher: Refresher): boolean {
	const { pods, volumes, podOrdered, anyDeleted, firstRead, readObject, readers, written, models } = tables;
	if (anyDeleted) return false;
	for (let pod = 0; pod < pods; pod++) if (podOrdered[pod] === 1) return false;
	for (let volume = 0; volume < volumes; volume++) {
		const hasToken = models[volume]?.tokenSeconds !== null;
		if (hasToken && !refresher.swapsPlainly(volume)) return false;
		const end = firstRead[volume + 1] as number;
		const single = (firstRead[volume] as number) + 1 === end;
		for (let read = firstRead[volume] as number; read < end; read++) {
			const object = readObject[read] as number;
			if (written[object] === 1 && (hasToken || !single || readers[object] !== 1)) return false;
		}
	}
	return true;
}
