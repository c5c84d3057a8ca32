// What the Watch strategy keeps of one object: its references, its reflector and the one-object store. Follows
// objectCacheItem of pkg/kubelet/util/manager/watch_based_manager.go.

import type { StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Reflector } from '../client/reflector.js';

/** One referenced object of the Watch strategy. */
export class WatchItem<T extends StoredObject> {
	readonly reflector: Reflector<T>;
	/** What the store holds. Content survives a stop, but is not served before the next sync unless it is frozen. */
	object: T | null = null;
	/** The store's "initialised" bit: it was filled since the reflector was (re)started. */
	synced = false;
	/** The reflector is stopped; a read starts it again unless the object is frozen. */
	stopped = true;
	/** An immutable object was read: the stored copy is served until the last reference goes (K6). */
	frozen = false;
	/** Last read, `-Infinity` before the first (the zero time upstream). */
	lastAccess: Micros = Number.NEGATIVE_INFINITY;
	/** Tokens of the reads that wait for the sync. */
	readonly waiting: number[] = [];

	/** References per pod UID from 1.28 on; before, one plain count. */
	readonly #byUid: Map<string, number> | null;
	#count = 0;

	constructor(reflector: Reflector<T>, countByUid: boolean) {
		this.reflector = reflector;
		this.#byUid = countByUid ? new Map() : null;
	}

	addReference(uid: string): void {
		if (this.#byUid === null) this.#count++;
		else this.#byUid.set(uid, (this.#byUid.get(uid) ?? 0) + 1);
	}

	/** @returns true when that was the last reference. */
	deleteReference(uid: string): boolean {
		if (this.#byUid === null) return --this.#count === 0;
		const count = this.#byUid.get(uid);
		if (count === undefined) return false;
		if (count > 1) this.#byUid.set(uid, count - 1);
		else this.#byUid.delete(uid);
		return this.#byUid.size === 0;
	}

	/** Stops the reflector, once. A mutable object has to be synced anew before it is served again. */
	stop(now: Micros): void {
		if (this.stopped) return;
		this.stopped = true;
		this.reflector.stop(now);
		if (!this.frozen) this.synced = false;
	}
}
