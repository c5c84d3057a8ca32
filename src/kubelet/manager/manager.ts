// The interface of the kubelet's object managers (pkg/kubelet/util/manager). A node has two of one strategy, one for
// Secrets and one for ConfigMaps. A manager is a state machine: the node tells it what happened (pods registered, a read
// asked for, a response arrived, a timer fired), it answers through its host. It never knows more time than the `now` it
// is given. What a read finds may be known at once (returned) or later (reported to the host with the reader's token).

import type { RequestOptions, ResourceVersion, Response, StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import type { VersionProfile } from '../../kubernetes/version-profile.js';

/** The answer to one read. `text` is the exact error text of the kubelet. */
export type ReadResult<T extends StoredObject> =
	| { readonly kind: 'found'; readonly object: T }
	/** The error satisfies `apierrors.IsNotFound`: `optional: true` turns it into an empty object. */
	| { readonly kind: 'notFound'; readonly text: string }
	| { readonly kind: 'error'; readonly text: string };

/** What differs between releases for the managers. */
export type ManagerProfile = Pick<
	VersionProfile,
	| 'cacheInvalidatesOnEverySync'
	| 'watchReferencesPerUid'
	| 'watchTimeoutMinSeconds'
	| 'watchListClient'
	| 'reflectorBackoffReset'
	| 'reflectorBackoffManagers'
>;

/** What a manager needs to know of a pod: identity and the objects of the manager's kind that its spec references. */
export interface PodReferences {
	/** `namespace/name`. */
	readonly key: string;
	readonly uid: string;
	/** Node-local object numbers, each once, in visiting order (K5.4). */
	readonly objects: readonly number[];
}

/** What a manager is given by the node it runs on. */
export interface ManagerHost<T extends StoredObject> {
	/**
	 * Sends a request through the node's REST client (which may hold it back for a token). Responses come back through
	 * {@link ObjectManager.onResponse} with the number that this returns.
	 */
	send(options: RequestOptions, now: Micros): number;
	/** Closes an open or opening WATCH from the client's side; no response of it will be delivered any more. */
	cancel(request: number, now: Micros): void;
	/** Registers a WATCH that has been open since before the run began: nothing is sent and no request is counted. */
	adoptWatch(options: RequestOptions, openedAt: Micros): number;
	/** Asks for {@link ObjectManager.onTimer} at `at`. There is no cancel: the manager recognises stale timers itself. */
	wakeAt(at: Micros, timer: number, now: Micros): void;
	/** Reports the result of a read that {@link ObjectManager.read} could not answer at once. */
	answer(token: number, result: ReadResult<T>, now: Micros): void;
	/** The TTL of the Cache strategy now, from the node annotation `node.alpha.kubernetes.io/ttl` (K5.1). */
	ttl(now: Micros): Micros;
	/** A keyed draw in [0, 1) for an object of this node: same purpose, object and ordinal, same number. */
	draw(purpose: 'watchTimeout' | 'reflectorBackoff', object: number, ordinal: number): number;
	/** `namespace` of an object number. */
	namespaceOf(object: number): string;
	/** `name` of an object number. */
	nameOf(object: number): string;
	/** Tells the optional trace sink; absent when nobody listens. */
	readonly trace?: ((note: ManagerNote, now: Micros) => void) | undefined;
}

/** Things a manager does that explain an outcome; they become trace events. */
export type ManagerNote =
	| { readonly kind: 'cacheHit'; readonly object: number; readonly fetchedAt: Micros; readonly ttl: Micros }
	| { readonly kind: 'waitForFetch'; readonly object: number }
	| { readonly kind: 'waitForSync'; readonly object: number }
	| { readonly kind: 'reflectorStarted'; readonly object: number; readonly restart: boolean }
	| { readonly kind: 'idleStop'; readonly object: number }
	| { readonly kind: 'immutableStop'; readonly object: number }
	| { readonly kind: 'served'; readonly object: number; readonly from: 'store' | 'frozenStore' }
	| { readonly kind: 'reflectorBackoff'; readonly object: number; readonly until: Micros }
	| { readonly kind: 'delivered'; readonly object: number; readonly resourceVersion: number };

/** State in which an object is before the run begins (design: steady state). Times are instants <= 0 or the deadline. */
export interface WarmState<T extends StoredObject> {
	/** The object as the store holds it; null when it does not exist (the store is synced and empty). */
	readonly object: T | null;
	/** Instant of the last read through the manager; `-Infinity` when it was never read. */
	readonly lastRead: Micros;
	/** Cache: instant at which the last response was stored. */
	readonly storedAt: Micros;
	/** Watch: instant at which the present stream was opened. */
	readonly watchOpenedAt: Micros;
	/** Watch: `timeoutSeconds` of the present stream. */
	readonly watchTimeoutSeconds: number;
	/**
	 * Watch: false when the watch was closed long ago: by the idle stop, or, for an immutable object that was read, because
	 * the node keeps a frozen copy of it.
	 */
	readonly watchOpen: boolean;
	/** Watch: version that the reflector has seen last; by default the object's, or 1 when there is none. */
	readonly lastResourceVersion?: ResourceVersion;
}

/** How an object stands with a manager of which nothing is under way for it. */
export interface Standing<T extends StoredObject> {
	/** What is kept of the object; null: nothing good. */
	readonly object: T | null;
	/** Cache: when that was stored. */
	readonly storedAt: Micros;
	/** Watch: the copy is frozen, nothing follows the object any more. */
	readonly frozen: boolean;
	/** Watch: number of the open stream, -1 for none; the version with which it would be opened again; time-outs drawn so far. */
	readonly request: number;
	readonly lastVersion: ResourceVersion;
	readonly timeouts: number;
}

/** Secret or configmap manager of one strategy. */
export interface ObjectManager<T extends StoredObject> {
	readonly resource: Resource;
	/** `RegisterPod`: called by every `SyncPod` (K1.4). */
	registerPod(pod: PodReferences, now: Micros): void;
	/** `UnregisterPod`: the pod is gone and its volumes are unmounted (K1.5). */
	unregisterPod(pod: PodReferences, now: Micros): void;
	/**
	 * `GetSecret` / `GetConfigMap`.
	 *
	 * @param token the reader's own number; at most one read per token is under way.
	 * @returns the result, or null when it will be reported by `host.answer(token, ...)` later.
	 */
	read(object: number, token: number, now: Micros): ReadResult<T> | null;
	onResponse(request: number, response: Response<T>, now: Micros): void;
	onTimer(timer: number, now: Micros): void;
	/**
	 * Takes over a pod that has been registered since before the run: its references count, nothing is requested and nothing
	 * is invalidated. Every object of it should be warmed next; one that is not is as if stopped (Watch) or never read (Cache).
	 */
	adoptPod(pod: PodReferences): void;
	/**
	 * Puts an object of an adopted pod into a steady state at the beginning of a run, with no request counted.
	 *
	 * @throws Error when no pod that references it was adopted, or when it is in use already.
	 */
	warm(object: number, state: WarmState<T>, now: Micros): void;
	/** How an object stands; null while a request or a reader of it is under way, or when it is not served yet. */
	standing(object: number): Standing<T> | null;
	/** Somebody else has asked for the object: this is what is kept of it now, and since when (Cache). */
	restore(object: number, kept: T | null, storedAt: Micros): void;
	/** Somebody else reads the object from now on, so often that it never counts as idle. */
	readElsewhere(object: number): void;
	/** True when the node serves a frozen copy of an immutable object (Watch only). */
	isFrozen(object: number): boolean;
}
