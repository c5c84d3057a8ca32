// Which volume operations may start now: one at a time per volume, and after a failure an exponential back-off that syncs do
// not shorten (K4.1, K20.13). Receives starts and ends of operations, gives permissions. Follows
// pkg/volume/util/nestedpendingoperations and pkg/util/goroutinemap/exponentialbackoff.

import { formatDuration } from '../core/duration.js';
import type { Micros } from '../core/time.js';
import { MILLISECOND, SECOND } from '../core/time.js';

/** Back-off after the first failure (exponential_backoff.go, `initialDurationBeforeRetry`). */
export const OPERATION_BACKOFF_INITIAL: Micros = 500 * MILLISECOND;
/** Longest back-off (exponential_backoff.go, `maxDurationBeforeRetry`: 2 min 2 s). */
export const OPERATION_BACKOFF_MAX: Micros = 122 * SECOND;

/** The pod of an operation whose volume has no second dimension: a Secret volume's unique name contains the pod's UID. */
export const OWN_POD = 0;
/** An operation on a volume as a whole: it excludes, and is excluded by, those of every pod. */
export const ANY_POD = -1;

/** What {@link OperationBackoff.start} says. */
export type StartOutcome = 'started' | 'alreadyRunning' | 'inBackoff';

/** One operation that runs or has failed. */
interface Entry {
	volume: number;
	pod: number;
	/** A number of the caller's own table, for example mount and unmount. */
	operation: number;
	pending: boolean;
	failedAt: Micros;
	/** Back-off since `failedAt`; 0 while it has not failed. */
	backoff: Micros;
}

/** Pending operations and back-offs of one node. Keys are small integers of the node's own tables. */
export class OperationBackoff {
	/** In upstream's order, which decides among several matches. Entries of successes are deleted, so it stays short. */
	readonly #entries: Entry[] = [];

	/**
	 * Asks to start an operation; when it may, it counts as running until {@link finish}.
	 *
	 * A different operation that comes while a back-off is in force resets it and starts; after it has expired the old entry
	 * keeps its operation and its doubling (K20.13).
	 */
	start(volume: number, operation: number, now: Micros, pod: number = OWN_POD): StartOutcome {
		const entry = this.#find(volume, pod);
		if (entry === undefined) {
			this.#entries.push({ volume, pod, operation, pending: true, failedAt: 0, backoff: 0 });
			return 'started';
		}
		if (entry.pending) return 'alreadyRunning';
		if (inBackoff(entry, now)) {
			if (entry.operation === operation) return 'inBackoff';
			entry.operation = operation;
			entry.backoff = 0;
		}
		entry.pending = true;
		entry.volume = volume;
		entry.pod = pod;
		return 'started';
	}

	/**
	 * The running operation has ended. A failure begins a back-off of 0.5 s, or twice the one before, at most 122 s; a
	 * success forgets everything.
	 *
	 * @throws Error when no operation is running there.
	 */
	finish(volume: number, failed: boolean, now: Micros, pod: number = OWN_POD): void {
		const index = this.#entries.findIndex((entry) => entry.volume === volume && entry.pod === pod);
		const entry = this.#entries[index];
		if (entry === undefined || !entry.pending) throw new Error(`no operation is running for volume ${volume}, pod ${pod}`);
		if (failed) {
			entry.pending = false;
			entry.failedAt = now;
			entry.backoff = entry.backoff === 0 ? OPERATION_BACKOFF_INITIAL : Math.min(2 * entry.backoff, OPERATION_BACKOFF_MAX);
			return;
		}
		// Deleted without keeping the order, as upstream does.
		const last = this.#entries.pop() as Entry;
		if (last !== entry) this.#entries[index] = last;
	}

	/** True while an operation runs for this key (`IsOperationPending`). */
	isRunning(volume: number, pod: number = OWN_POD): boolean {
		return this.#find(volume, pod)?.pending === true;
	}

	/** `IsOperationSafeToRetry`: whether {@link start} would start this operation now. */
	isSafeToRetry(volume: number, operation: number, now: Micros, pod: number = OWN_POD): boolean {
		const entry = this.#find(volume, pod);
		if (entry === undefined) return true;
		return !entry.pending && (!inBackoff(entry, now) || entry.operation !== operation);
	}

	/**
	 * End of the back-off of a failed operation; a retry is allowed strictly after it. `-Infinity` when nothing has failed.
	 * While an operation runs again, this is the end of the back-off before it.
	 */
	retryAt(volume: number, pod: number = OWN_POD): Micros {
		const entry = this.#find(volume, pod);
		return entry === undefined || entry.backoff === 0 ? Number.NEGATIVE_INFINITY : entry.failedAt + entry.backoff;
	}

	/** Length of the present back-off, 0 when nothing has failed. */
	backoffOf(volume: number, pod: number = OWN_POD): Micros {
		return this.#find(volume, pod)?.backoff ?? 0;
	}

	/** Number of operations that run or have failed. */
	get size(): number {
		return this.#entries.length;
	}

	/** A running match wins; then the exact key; then the first that matches. */
	#find(volume: number, pod: number): Entry | undefined {
		let found: Entry | undefined;
		for (const entry of this.#entries) {
			if (entry.volume !== volume) continue;
			if (entry.pod !== pod && entry.pod !== ANY_POD && pod !== ANY_POD) continue;
			if (entry.pending) return entry;
			if (found === undefined || entry.pod === pod) found = entry;
		}
		return found;
	}
}

function inBackoff(entry: Entry, now: Micros): boolean {
	return entry.backoff > 0 && now <= entry.failedAt + entry.backoff;
}

/** Text of the refusal while an operation runs. `name` as Go prints the key: `{volumeName:v podName:p nodeName:}`. */
export function alreadyRunningText(name: string): string {
	return `Failed to create operation with name ${name}. An operation with that name is already executing.`;
}

/** Text of the refusal during a back-off; the instants as Go prints them. */
export function inBackoffText(name: string, failedAt: string, retryAt: string, backoff: Micros, cause: string): string {
	return `Failed to create operation with name "${name}". An operation with that name failed at ${failedAt}. No retries permitted until ${retryAt} (${formatDuration(backoff)}). Last error: "${cause}".`;
}

/** Text that the kubelet logs after a failure. */
export function noRetriesText(name: string, retryAt: string, backoff: Micros, cause: string): string {
	return `Operation for "${name}" failed. No retries permitted until ${retryAt} (durationBeforeRetry ${formatDuration(backoff)}). Error: ${cause}`;
}
