// What a reflector is made with and what it needs of its owner: the seam between client/reflector.ts, which follows
// client-go/tools/cache/reflector.go, and the manager that keeps one reflector per object.

import type { RequestOptions, ResourceVersion, Response, StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import type { BackoffResetRule } from './reflector-backoff.js';

/** What does not change during the life of a reflector. */
export interface ReflectorSettings {
	readonly resource: Resource;
	/** Start with a streaming list (A1.3) instead of LIST and WATCH (A1.2). */
	readonly watchListClient: boolean;
	/** m of `timeoutSeconds` = floor(U[m, 2m)). */
	readonly watchTimeoutMinSeconds: number;
	readonly reflectorBackoffReset: BackoffResetRule;
	/** 2: the retries of a refused WATCH have a back-off of their own (until 1.27). */
	readonly reflectorBackoffManagers: 1 | 2;
}

/** What the owner of a reflector does with it while requests and pauses are under way. */
export interface ReflectorHandle<T extends StoredObject> {
	/** The node's number of the object. */
	readonly object: number;
	/** What came back for the present request. */
	onResponse(response: Response<T>, now: Micros): void;
	/** A pause may be over. */
	onTimer(now: Micros): void;
}

/** What a reflector needs of its owner. */
export interface ReflectorHost<T extends StoredObject> {
	/** Sends a request; its responses go to {@link ReflectorHandle.onResponse} until it is forgotten. */
	send(reflector: ReflectorHandle<T>, options: RequestOptions, now: Micros): number;
	/** The request's responses are of no interest any more. */
	forget(request: number): void;
	/** Closes an open stream from the client's side. */
	cancel(request: number, now: Micros): void;
	/** Asks for {@link ReflectorHandle.onTimer}. */
	wakeAt(at: Micros, reflector: ReflectorHandle<T>, now: Micros): void;
	/** The next draw in [0, 1) for this purpose and object. */
	draw(purpose: 'watchTimeout' | 'reflectorBackoff', object: number): number;
	/** The store's whole content is this object (or none); from now on it is synced. */
	replaced(reflector: ReflectorHandle<T>, object: T | null, now: Micros): void;
	/** One event: the store's content is now this object, null after a DELETED. */
	changed(reflector: ReflectorHandle<T>, object: T | null, resourceVersion: ResourceVersion, now: Micros): void;
	/** A pause begins. */
	pausing(reflector: ReflectorHandle<T>, until: Micros, now: Micros): void;
}
