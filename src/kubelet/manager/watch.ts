// The Watch strategy: one reflector per referenced object keeps a store that reads are served from (K6, K20.11, K20.12).
// Receives registrations, reads, responses and timers, gives requests and results. Follows objectCache of
// pkg/kubelet/util/manager/watch_based_manager.go.

import type { RequestOptions, ResourceVersion, Response, StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import { firstOnGridAfter, firstOnGridAtOrAfter, MILLISECOND, MINUTE, NEVER, SECOND } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import { watchRequest } from '../client/object-requests.js';
import { Reflector } from '../client/reflector.js';
import type { ReflectorHandle, ReflectorHost, ReflectorSettings } from '../client/reflector-host.js';
import type { ManagerHost, ManagerProfile, ObjectManager, PodReferences, ReadResult, Standing, WarmState } from './manager.js';
import type { ReferenceStore } from './pod-registry.js';
import { PodRegistry } from './pod-registry.js';
import { notRegisteredText, storeNotFoundText, syncTimeoutText } from './texts.js';
import { WatchItem } from './watch-item.js';

/** A read looks again this often whether the store is synced (watch_based_manager.go, `Get`). */
export const SYNC_POLL: Micros = 10 * MILLISECOND;
/** A read gives up after this time. */
export const SYNC_TIMEOUT: Micros = SECOND;
/** How often idle watches are looked for, from the kubelet's start on. */
export const IDLE_SWEEP: Micros = MINUTE;
/** Shortest time after which an unread object's watch is stopped; otherwise five times `syncFrequency`. */
export const MIN_IDLE: Micros = MINUTE;

/** Kinds of timers, in the two low bits of a timer's number. */
const TIMER_SWEEP = 0;
const TIMER_READ = 1;
const TIMER_REFLECTOR = 2;

/** A read that waits for the store. */
interface WaitingRead<T extends StoredObject> {
	readonly item: WatchItem<T>;
	readonly startedAt: Micros;
}

/** Secret or configmap manager of the Watch strategy. */
export class WatchManager<T extends StoredObject> implements ObjectManager<T>, ReferenceStore {
	readonly resource: Resource;
	readonly #host: ManagerHost<T>;
	readonly #profile: ManagerProfile;
	readonly #maxIdle: Micros;
	readonly #startedAt: Micros;
	readonly #pods: PodRegistry;
	/** By object number. */
	readonly #items: (WatchItem<T> | undefined)[] = [];
	readonly #waiting = new Map<number, WaitingRead<T>>();
	readonly #requests = new Map<number, ReflectorHandle<T>>();
	/** Draws made so far, by object number: an object that comes again does not repeat its draws. */
	readonly #timeoutDraws: number[] = [];
	readonly #backoffDraws: number[] = [];
	readonly #reflectorSettings: ReflectorSettings;
	readonly #reflectorHost: ReflectorHost<T>;
	/** The sweep that has been asked for; those at which nothing can be stopped are left out. */
	#nextSweep: Micros = NEVER;

	/**
	 * @param syncFrequency of the kubelet; watches of objects not read for five times this are stopped.
	 * @param startedAt when the kubelet started: the sweeps are whole minutes after it. May be negative.
	 */
	constructor(resource: Resource, profile: ManagerProfile, syncFrequency: Micros, host: ManagerHost<T>, startedAt: Micros) {
		this.resource = resource;
		this.#host = host;
		this.#profile = profile;
		this.#maxIdle = Math.max(MIN_IDLE, 5 * syncFrequency);
		this.#startedAt = startedAt;
		this.#pods = new PodRegistry(this, profile.cacheInvalidatesOnEverySync);
		const { watchListClient, watchTimeoutMinSeconds, reflectorBackoffReset, reflectorBackoffManagers } = profile;
		this.#reflectorSettings = { resource, watchListClient, watchTimeoutMinSeconds, reflectorBackoffReset, reflectorBackoffManagers };
		this.#reflectorHost = this.#hostOfReflectors();
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

	/** The first reference starts the reflector; nobody waits for it here. */
	addReference(object: number, uid: string, now: Micros): void {
		let item = this.#items[object];
		if (item === undefined) {
			item = this.#newItem(object, now);
			item.stopped = false;
			this.#host.trace?.({ kind: 'reflectorStarted', object, restart: false }, now);
			item.reflector.start(now);
			// Never read counts as read at the beginning of time: the next sweep stops it if it is synced by then (K6).
			this.#sweepAt(firstOnGridAfter(now, this.#startedAt, IDLE_SWEEP), now);
		}
		item.addReference(uid);
	}

	adoptReference(object: number, uid: string): void {
		const item = this.#items[object] ?? this.#newItem(object, this.#startedAt);
		item.addReference(uid);
	}

	/** Without a reference the reflector stops and the store's content is gone. */
	deleteReference(object: number, uid: string, now: Micros): void {
		const item = this.#items[object];
		if (item === undefined || !item.deleteReference(uid)) return;
		item.stop(now);
		this.#items[object] = undefined;
	}

	#newItem(object: number, now: Micros): WatchItem<T> {
		const reflector = new Reflector<T>(object, this.#reflectorSettings, this.#reflectorHost, now);
		const item = new WatchItem<T>(reflector, this.#profile.watchReferencesPerUid);
		this.#items[object] = item;
		return item;
	}

	warm(object: number, state: WarmState<T>, now: Micros): void {
		const item = this.#items[object];
		if (item === undefined) throw new Error(`watch manager: object ${object} was warmed before a pod that references it was adopted`);
		if (!item.stopped || item.synced) throw new Error(`watch manager: object ${object} was warmed after it was started`);
		const version = state.lastResourceVersion ?? state.object?.resourceVersion ?? 1;
		item.lastAccess = state.lastRead;
		item.object = state.object;
		if (state.watchOpen) {
			item.stopped = false;
			item.synced = true;
			const options = watchRequest(this.resource, object, version, state.watchTimeoutSeconds);
			const request = this.#host.adoptWatch(options, state.watchOpenedAt);
			this.#requests.set(request, item.reflector);
			item.reflector.adopt(request, version, state.watchOpenedAt);
			this.#sweepAt(this.#sweepAfterIdle(item, now), now);
			return;
		}
		item.reflector.adoptVersion(version);
		item.frozen = state.object?.immutable === true && Number.isFinite(state.lastRead);
		item.synced = item.frozen;
	}

	read(object: number, token: number, now: Micros): ReadResult<T> | null {
		const item = this.#items[object];
		if (item === undefined) {
			return { kind: 'error', text: notRegisteredText(this.#host.namespaceOf(object), this.#host.nameOf(object)) };
		}
		// Counted whether the read succeeds or not, so that a sweep does not stop what a read waits for.
		if (item.lastAccess < now) item.lastAccess = now;
		if (item.stopped && !item.frozen) {
			item.stopped = false;
			this.#host.trace?.({ kind: 'reflectorStarted', object, restart: true }, now);
			item.reflector.start(now);
			this.#sweepAt(this.#sweepAfterIdle(item, now), now);
		}
		if (item.synced) return this.#serve(item, now);
		this.#waiting.set(token, { item, startedAt: now });
		item.waiting.push(token);
		this.#host.trace?.({ kind: 'waitForSync', object }, now);
		this.#host.wakeAt(now + SYNC_TIMEOUT, TIMER_READ + 4 * token, now);
		return null;
	}

	/** A synced store answers; an immutable object is frozen by being read (K6). */
	#serve(item: WatchItem<T>, now: Micros): ReadResult<T> {
		const object = item.reflector.object;
		if (item.object === null) return { kind: 'notFound', text: storeNotFoundText(this.resource, this.#host.nameOf(object)) };
		this.#host.trace?.({ kind: 'served', object, from: item.frozen ? 'frozenStore' : 'store' }, now);
		if (item.object.immutable && !item.frozen) {
			item.frozen = true;
			item.stop(now);
			this.#host.trace?.({ kind: 'immutableStop', object }, now);
		}
		return { kind: 'found', object: item.object };
	}

	onResponse(request: number, response: Response<T>, now: Micros): void {
		// A LIST that nobody hears any more may still end.
		this.#requests.get(request)?.onResponse(response, now);
	}

	onTimer(timer: number, now: Micros): void {
		const kind = timer & 3;
		if (kind === TIMER_SWEEP) this.#sweep(now);
		else if (kind === TIMER_READ) this.#poll(timer >> 2, now);
		else this.#items[timer >> 2]?.reflector.onTimer(now);
	}

	/** One look of a waiting read at its item: on the 10 ms grid from its start, and for the last time after a second. */
	#poll(token: number, now: Micros): void {
		const read = this.#waiting.get(token);
		if (read === undefined) return;
		const waited = now - read.startedAt;
		if (waited < SYNC_TIMEOUT && (!read.item.synced || waited % SYNC_POLL !== 0)) return;
		this.#waiting.delete(token);
		read.item.waiting.splice(read.item.waiting.indexOf(token), 1);
		this.#host.answer(token, read.item.synced ? this.#serve(read.item, now) : { kind: 'error', text: syncTimeoutText(this.resource) }, now);
	}

	#sweep(now: Micros): void {
		if (now !== this.#nextSweep) return;
		this.#nextSweep = NEVER;
		let next = NEVER;
		for (const item of this.#items) {
			if (item === undefined || item.stopped) continue;
			// One that is not synced is left alone: its first list may be under way (K6).
			if (item.synced && now > item.lastAccess + this.#maxIdle) {
				item.stop(now);
				this.#host.trace?.({ kind: 'idleStop', object: item.reflector.object }, now);
			} else {
				next = Math.min(next, this.#sweepAfterIdle(item, now));
			}
		}
		this.#sweepAt(next, now);
	}

	/** The first sweep that can stop an item if nobody reads it any more. */
	#sweepAfterIdle(item: WatchItem<T>, now: Micros): Micros {
		return firstOnGridAfter(Math.max(now, item.lastAccess + this.#maxIdle), this.#startedAt, IDLE_SWEEP);
	}

	#sweepAt(at: Micros, now: Micros): void {
		if (at >= this.#nextSweep) return;
		this.#nextSweep = at;
		this.#host.wakeAt(at, TIMER_SWEEP, now);
	}

	standing(object: number): Standing<T> | null {
		const item = this.#items[object];
		if (item === undefined || item.waiting.length > 0 || !item.synced) return null;
		const { reflector, frozen } = item;
		if (!frozen && reflector.phase !== 'streaming') return null;
		return {
			object: item.object,
			storedAt: Number.NEGATIVE_INFINITY,
			frozen,
			request: frozen ? -1 : reflector.request,
			lastVersion: reflector.lastResourceVersion,
			timeouts: this.#timeoutDraws[object] ?? 0,
		};
	}

	restore(_object: number, _kept: T | null, _storedAt: Micros): void {}

	readElsewhere(object: number): void {
		const item = this.#items[object];
		if (item !== undefined) item.lastAccess = NEVER;
	}

	isFrozen(object: number): boolean {
		return this.#items[object]?.frozen === true;
	}

	#hostOfReflectors(): ReflectorHost<T> {
		const host = this.#host;
		return {
			send: (reflector: ReflectorHandle<T>, options: RequestOptions, now: Micros): number => {
				const request = host.send(options, now);
				this.#requests.set(request, reflector);
				return request;
			},
			forget: (request: number): void => {
				this.#requests.delete(request);
			},
			cancel: (request: number, now: Micros): void => {
				this.#requests.delete(request);
				host.cancel(request, now);
			},
			wakeAt: (at: Micros, reflector: ReflectorHandle<T>, now: Micros): void => {
				host.wakeAt(at, TIMER_REFLECTOR + 4 * reflector.object, now);
			},
			draw: (purpose, object: number): number => {
				const drawn = purpose === 'watchTimeout' ? this.#timeoutDraws : this.#backoffDraws;
				const ordinal = drawn[object] ?? 0;
				drawn[object] = ordinal + 1;
				return host.draw(purpose, object, ordinal);
			},
			replaced: (reflector: ReflectorHandle<T>, object: T | null, now: Micros): void => {
				this.#replaced(reflector, object, now);
			},
			changed: (reflector: ReflectorHandle<T>, object: T | null, resourceVersion: ResourceVersion, now: Micros): void => {
				const item = this.#itemOf(reflector);
				if (item === undefined) return;
				item.object = object;
				host.trace?.({ kind: 'delivered', object: reflector.object, resourceVersion }, now);
			},
			pausing: (reflector: ReflectorHandle<T>, until: Micros, now: Micros): void => {
				host.trace?.({ kind: 'reflectorBackoff', object: reflector.object, until }, now);
			},
		};
	}

	/** The item that a reflector belongs to; undefined when it was unregistered meanwhile. */
	#itemOf(reflector: ReflectorHandle<T>): WatchItem<T> | undefined {
		const item = this.#items[reflector.object];
		return item?.reflector === reflector ? item : undefined;
	}

	#replaced(reflector: ReflectorHandle<T>, object: T | null, now: Micros): void {
		const item = this.#itemOf(reflector);
		if (item === undefined) return;
		item.object = object;
		item.synced = true;
		if (object !== null) this.#host.trace?.({ kind: 'delivered', object: reflector.object, resourceVersion: object.resourceVersion }, now);
		for (const token of item.waiting) {
			const startedAt = (this.#waiting.get(token) as WaitingRead<T>).startedAt;
			this.#host.wakeAt(firstOnGridAtOrAfter(now, startedAt, SYNC_POLL), TIMER_READ + 4 * token, now);
		}
	}
}
