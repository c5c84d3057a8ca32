// The Cache strategy: an object read from the API server is fresh for the TTL of the node annotation, then revalidated with
// resourceVersion "0" (K5.1-K5.3, K20.10). Receives registrations, reads and responses, gives requests and results. Follows
// objectStore of pkg/kubelet/util/manager/cache_based_manager.go.

import type { Response, StoredObject } from '../../apiserver/protocol.js';
import { RESOURCE_VERSION_UNSET } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import { getRequest } from '../client/object-requests.js';
import { NOTHING_KEPT, resultOfGet } from './get.js';
import type { ManagerHost, ManagerProfile, ObjectManager, PodReferences, ReadResult, Standing, WarmState } from './manager.js';
import type { ReferenceStore } from './pod-registry.js';
import { PodRegistry } from './pod-registry.js';
import { notRegisteredText, serverNotFoundText } from './texts.js';

/** What is kept of one object, with the mutex that a fetch holds. A registration replaces it by a new, empty one. */
interface ObjectData<T> {
	readonly object: number;
	/** The last good object; null before the first and after a NotFound. */
	kept: T | null;
	/** Text of the NotFound that is kept instead; it is never fresh. */
	notFound: string | null;
	/** When the last response was stored. */
	updatedAt: Micros;
	/** Token of the reader whose GET is under way, -1 when the mutex is free. */
	holder: number;
	/** Readers that wait for the mutex, first come first served. */
	readonly waiting: number[];
}

interface Item<T> {
	references: number;
	/** Null: the next read starts from nothing, with a request of its own. */
	data: ObjectData<T> | null;
}

/** Secret or configmap manager of the Cache strategy. */
export class CacheManager<T extends StoredObject> implements ObjectManager<T>, ReferenceStore {
	readonly resource: Resource;
	readonly #host: ManagerHost<T>;
	readonly #pods: PodRegistry;
	/** By object number. */
	readonly #items: (Item<T> | undefined)[] = [];
	readonly #fetches = new Map<number, ObjectData<T>>();

	constructor(resource: Resource, profile: ManagerProfile, host: ManagerHost<T>) {
		this.resource = resource;
		this.#host = host;
		this.#pods = new PodRegistry(this, profile.cacheInvalidatesOnEverySync);
	}

	registerPod(pod: PodReferences, now: Micros): void {
		this.#pods.register(pod, now);
	}

	unregisterPod(pod: PodReferences, now: Micros): void {
		this.#pods.unregister(pod, now);
	}

	adoptPod(pod: PodReferences): void {
		this.#pods.adopt(pod);
	}

	/** A new reference drops what is kept, for every pod that shares the object (K5.3). */
	addReference(object: number, uid: string): void {
		this.adoptReference(object, uid);
		(this.#items[object] as Item<T>).data = null;
	}

	adoptReference(object: number, _uid: string): void {
		const item = this.#items[object];
		if (item === undefined) this.#items[object] = { references: 1, data: null };
		else item.references++;
	}

	deleteReference(object: number): void {
		const item = this.#items[object];
		if (item === undefined) return;
		item.references--;
		if (item.references === 0) this.#items[object] = undefined;
	}

	warm(object: number, state: WarmState<T>): void {
		const item = this.#items[object];
		if (item === undefined) throw new Error(`cache manager: object ${object} was warmed before a pod that references it was adopted`);
		if (item.data !== null) throw new Error(`cache manager: object ${object} was warmed after a read`);
		item.data = emptyData(object);
		item.data.kept = state.object;
		item.data.notFound = state.object === null ? serverNotFoundText(this.resource, this.#host.nameOf(object)) : null;
		item.data.updatedAt = state.storedAt;
	}

	read(object: number, token: number, now: Micros): ReadResult<T> | null {
		const item = this.#items[object];
		if (item === undefined) {
			return { kind: 'error', text: notRegisteredText(this.#host.namespaceOf(object), this.#host.nameOf(object)) };
		}
		item.data ??= emptyData<T>(object);
		if (item.data.holder !== -1) {
			item.data.waiting.push(token);
			this.#host.trace?.({ kind: 'waitForFetch', object }, now);
			return null;
		}
		return this.#lookUp(item.data, token, now);
	}

	/** With the mutex free: answers from what is kept, or takes the mutex and sends a GET. */
	#lookUp(data: ObjectData<T>, token: number, now: Micros): ReadResult<T> | null {
		if (data.kept !== null) {
			const ttl = this.#host.ttl(now);
			if (now < data.updatedAt + ttl) {
				this.#host.trace?.({ kind: 'cacheHit', object: data.object, fetchedAt: data.updatedAt, ttl }, now);
				return { kind: 'found', object: data.kept };
			}
		}
		data.holder = token;
		// A revalidation is answered by the watch cache; without a good object it has to be the newest one.
		const version = data.kept === null ? RESOURCE_VERSION_UNSET : 0;
		this.#fetches.set(this.#host.send(getRequest(this.resource, data.object, version), now), data);
		return null;
	}

	onResponse(request: number, response: Response<T>, now: Micros): void {
		const data = this.#fetches.get(request);
		if (data === undefined) throw new Error(`cache manager: request ${request} is not known`);
		this.#fetches.delete(request);
		const result = this.#store(data, resultOfGet(response), now);
		// The reader still holds the mutex: whatever it asks for next queues behind those who wait already.
		this.#host.answer(data.holder, result, now);
		data.holder = -1;
		this.#serveWaiting(data, now);
	}

	#serveWaiting(data: ObjectData<T>, now: Micros): void {
		while (data.holder === -1) {
			const token = data.waiting.shift();
			if (token === undefined) return;
			const result = this.#lookUp(data, token, now);
			if (result !== null) this.#host.answer(token, result, now);
		}
	}

	/** What the reader of a GET is given, after the kept state has taken what it may (K5.2). */
	#store(data: ObjectData<T>, result: ReadResult<T>, now: Micros): ReadResult<T> {
		if (result.kind === 'notFound') {
			// No age check: a lagging watch cache's NotFound replaces good data as well.
			data.kept = null;
			data.notFound = result.text;
			data.updatedAt = now;
			return result;
		}
		if (result.kind === 'found') {
			if (data.kept !== null && result.object.resourceVersion < data.kept.resourceVersion) return { kind: 'found', object: data.kept };
			data.kept = result.object;
			data.notFound = null;
			data.updatedAt = now;
			return result;
		}
		// An error keeps everything as it was, the time too, so that the next read asks again.
		if (data.kept !== null) return { kind: 'found', object: data.kept };
		if (data.notFound !== null) return { kind: 'notFound', text: data.notFound };
		return result;
	}

	onTimer(_timer: number, _now: Micros): void {}

	standing(object: number): Standing<T> | null {
		const data = this.#items[object]?.data ?? null;
		if (data === null) return NOTHING_KEPT;
		if (data.holder !== -1 || data.waiting.length > 0) return null;
		return { ...NOTHING_KEPT, object: data.kept, storedAt: data.updatedAt };
	}

	restore(object: number, kept: T | null, storedAt: Micros): void {
		const item = this.#items[object];
		if (item === undefined) return;
		item.data = kept === null ? null : { ...emptyData(object), kept, updatedAt: storedAt };
	}

	readElsewhere(_object: number): void {}

	/** The strategy does not look at `immutable` (K5.2). */
	isFrozen(_object: number): boolean {
		return false;
	}
}

function emptyData<T>(object: number): ObjectData<T> {
	return { object, kept: null, notFound: null, updatedAt: Number.NEGATIVE_INFINITY, holder: -1, waiting: [] };
}
