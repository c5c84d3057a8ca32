// The reflector of one object: keeps a one-object store up to date by LIST+WATCH (A1.2) or by a streaming list (A1.3, the
// default from 1.35), with back-off (A1.4). A state machine: it is told of starts, stops, responses and timers, and answers
// through its host. Follows client-go/tools/cache/reflector.go as pkg/kubelet/util/manager/watch_based_manager.go uses it.

import type { RequestOptions, ResourceVersion, Response, StoredObject } from '../../apiserver/protocol.js';
import { RESOURCE_VERSION_UNSET } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import { SECOND } from '../../core/time.js';
import type { Failure } from './api-errors.js';
import { failureOf, isExpired, isTooLargeResourceVersion, isWatchRetriable, undecodable } from './api-errors.js';
import { listRequest, watchListRequest, watchRequest } from './object-requests.js';
import { ReflectorBackoff } from './reflector-backoff.js';
import type { ReflectorHandle, ReflectorHost, ReflectorSettings } from './reflector-host.js';

/** A stream that ends sooner than this without an event is an error (A1.2, "very short watch"). */
export const VERY_SHORT_WATCH: Micros = SECOND;
/** Page size of a LIST with resourceVersion "0" or unset (client-go/tools/pager). */
export const LIST_PAGE_SIZE = 500;

/**
 * Where a reflector stands. `opening` and `streaming` come in two kinds: `initial` streams bring the whole state first.
 * `closing`: stopped while a WATCH was being opened; the request is not cancelled, the stream opens and is then closed (K20.11).
 */
export type ReflectorPhase =
	| 'stopped'
	| 'listing'
	| 'openingInitial'
	| 'streamingInitial'
	| 'opening'
	| 'streaming'
	| 'pausing'
	| 'closing';

/** LIST+WATCH of one object by name. */
export class Reflector<T extends StoredObject> implements ReflectorHandle<T> {
	readonly object: number;
	readonly #settings: ReflectorSettings;
	readonly #host: ReflectorHost<T>;
	readonly #backoff: ReflectorBackoff;
	/** Of retries that keep the WATCH: the same as `#backoff` from 1.28 on. */
	readonly #retryBackoff: ReflectorBackoff;

	#phase: ReflectorPhase = 'stopped';
	#request = -1;
	/** Version last seen; 0 before the first sync. */
	#lastVersion: ResourceVersion = 0;
	/** The last list or watch with `#lastVersion` was refused as expired or too large. */
	#versionUnavailable = false;
	/** `listing`: this is the second LIST, after an expired first one. */
	#listedAgain = false;
	#limit = 0;
	/** When the present stream began, for the very short watch. */
	#streamStart: Micros = 0;
	#streamEvents = 0;
	/** `streamingInitial`: what the initial events have brought so far. */
	#initialObject: T | null = null;
	#pauseEnd: Micros = 0;
	#afterPause: 'start' | 'initial' | 'watch' = 'start';
	/** `closing`: started again before the old run had ended. */
	#startAgain = false;
	/** `closing`: the stream that is being opened is an initial one, so that its failure is followed by a LIST. */
	#closingInitial = false;

	constructor(object: number, settings: ReflectorSettings, host: ReflectorHost<T>, builtAt: Micros) {
		this.object = object;
		this.#settings = settings;
		this.#host = host;
		this.#backoff = new ReflectorBackoff(settings.reflectorBackoffReset, builtAt);
		this.#retryBackoff =
			settings.reflectorBackoffManagers === 2 ? new ReflectorBackoff(settings.reflectorBackoffReset, builtAt) : this.#backoff;
	}

	get phase(): ReflectorPhase {
		return this.#phase;
	}

	/** The open stream, when there is one. */
	get request(): number {
		return this.#request;
	}

	/** Version of the last list, event or bookmark; 0 before the first. It survives stops. */
	get lastResourceVersion(): ResourceVersion {
		return this.#lastVersion;
	}

	/** `Run`: begins an iteration at once, or as soon as a stop that is still under way has ended. */
	start(now: Micros): void {
		if (this.#phase === 'closing') this.#startAgain = true;
		else if (this.#phase === 'stopped') this.#iterate(now);
	}

	/** Closes the stop channel. The next start asks for the last version and goes on with the same back-off. */
	stop(now: Micros): void {
		switch (this.#phase) {
			case 'stopped':
			case 'closing':
				this.#startAgain = false;
				return;
			case 'pausing':
				// A pause before a new iteration just ends; one inside an iteration ends the iteration as well.
				if (this.#afterPause === 'start') this.#phase = 'stopped';
				else this.#ended(now);
				return;
			case 'listing':
				// The LIST is not bound to the stop channel and finishes unheard (A1.2).
				this.#host.forget(this.#request);
				this.#ended(now);
				return;
			case 'opening':
			case 'openingInitial':
				this.#closingInitial = this.#phase === 'openingInitial';
				this.#phase = 'closing';
				return;
			default:
				this.#host.cancel(this.#request, now);
				this.#ended(now);
		}
	}

	/** Puts a reflector that never ran into the state of one whose stream has been open for long. */
	adopt(request: number, lastVersion: ResourceVersion, openedAt: Micros): void {
		this.#request = request;
		this.#phase = 'streaming';
		this.#streamStart = openedAt;
		this.adoptVersion(lastVersion);
	}

	/** Puts a reflector that never ran into the state of one that has been stopped at a version. */
	adoptVersion(lastVersion: ResourceVersion): void {
		this.#lastVersion = lastVersion;
	}

	/** A pause may be over; stale timers are recognised here. */
	onTimer(now: Micros): void {
		if (this.#phase !== 'pausing' || now < this.#pauseEnd) return;
		if (this.#afterPause === 'watch') this.#watch(now);
		else if (this.#afterPause === 'initial') this.#watchInitial(now);
		else this.#iterate(now);
	}

	/** What came back for the present request. */
	onResponse(response: Response<T>, now: Micros): void {
		switch (this.#phase) {
			case 'listing':
				this.#onList(response, now);
				return;
			case 'opening':
			case 'openingInitial':
				this.#onOpening(response, now);
				return;
			case 'streaming':
			case 'streamingInitial':
				this.#onStream(response, now);
				return;
			case 'closing':
				this.#onClosing(response, now);
				return;
			default:
				throw new Error(`reflector: a response "${response.kind}" arrived while ${this.#phase}`);
		}
	}

	/** `ListAndWatch`: every iteration tries the streaming list again (A1.3). */
	#iterate(now: Micros): void {
		if (this.#settings.watchListClient) this.#watchInitial(now);
		else this.#list(now, false);
	}

	#list(now: Micros, again: boolean): void {
		// "" when the last version is known to be unavailable, "0" when nothing was ever seen (relistResourceVersion).
		const version = this.#versionUnavailable ? RESOURCE_VERSION_UNSET : this.#lastVersion;
		if (!again) this.#limit = version > 0 ? 0 : LIST_PAGE_SIZE;
		this.#listedAgain = again;
		this.#phase = 'listing';
		this.#request = this.#host.send(this, listRequest(this.#settings.resource, this.object, version, this.#limit), now);
	}

	#watchInitial(now: Micros): void {
		// Nothing seen yet and "unavailable" both ask for a consistent stream (rewatchResourceVersion).
		const version = this.#versionUnavailable || this.#lastVersion === 0 ? RESOURCE_VERSION_UNSET : this.#lastVersion;
		this.#initialObject = null;
		this.#open('openingInitial', watchListRequest(this.#settings.resource, this.object, version, this.#drawTimeout()), now);
	}

	#watch(now: Micros): void {
		this.#open('opening', watchRequest(this.#settings.resource, this.object, this.#lastVersion, this.#drawTimeout()), now);
	}

	#open(phase: 'opening' | 'openingInitial', options: RequestOptions, now: Micros): void {
		this.#phase = phase;
		this.#streamStart = now;
		this.#streamEvents = 0;
		this.#request = this.#host.send(this, options, now);
	}

	/** Whole seconds, uniform in [m, 2m). */
	#drawTimeout(): number {
		const m = this.#settings.watchTimeoutMinSeconds;
		return Math.floor(m + m * this.#host.draw('watchTimeout', this.object));
	}

	#onList(response: Response<T>, now: Micros): void {
		this.#host.forget(this.#request);
		if (response.kind === 'list') {
			this.#synced(response.object, response.resourceVersion, now);
			this.#watch(now);
			return;
		}
		const failure = failureOf(response);
		if (isExpired(failure) || isTooLargeResourceVersion(failure)) {
			this.#versionUnavailable = true;
			// One more LIST at once, with the page setting of the first (A1.2).
			if (!this.#listedAgain) {
				this.#list(now, true);
				return;
			}
		}
		this.#pause('start', now);
	}

	#onOpening(response: Response<T>, now: Micros): void {
		const initial = this.#phase === 'openingInitial';
		if (response.kind === 'opened') {
			this.#phase = initial ? 'streamingInitial' : 'streaming';
			return;
		}
		if (response.kind === 'closed') {
			// Out of retries, the client hands over a stream that has ended already (A1.5).
			this.#phase = initial ? 'streamingInitial' : 'streaming';
			this.#onStream(response, now);
			return;
		}
		this.#host.forget(this.#request);
		this.#failed(failureOf(response), initial, now);
	}

	#onStream(response: Response<T>, now: Micros): void {
		const initial = this.#phase === 'streamingInitial';
		switch (response.kind) {
			case 'event':
				this.#onEvent(response.type === 'DELETED' ? null : response.object, response.object.resourceVersion, initial, now);
				return;
			case 'bookmark':
				this.#onBookmark(response.resourceVersion, response.initialEventsEnd, initial, now);
				return;
			case 'closed':
				this.#host.forget(this.#request);
				if (!response.clean) this.#failed(undecodable(response.message), initial, now);
				else if (this.#streamEvents === 0 && now - this.#streamStart < VERY_SHORT_WATCH) this.#broken(initial, now);
				else if (initial) this.#watchInitial(now);
				else this.#watch(now);
				return;
			case 'errorEvent':
				// The client stops the stream; the server has ended it already.
				this.#host.forget(this.#request);
				this.#failed(response, initial, now);
				return;
			default:
				this.#host.forget(this.#request);
				this.#failed(undecodable(failureOf(response).message), initial, now);
		}
	}

	#onEvent(object: T | null, version: ResourceVersion, initial: boolean, now: Micros): void {
		this.#streamEvents++;
		if (initial) {
			// A store of its own until the end of the initial events is confirmed (A1.3).
			this.#initialObject = object;
			return;
		}
		this.#lastVersion = version;
		this.#host.changed(this, object, version, now);
	}

	#onBookmark(version: ResourceVersion, initialEventsEnd: boolean, initial: boolean, now: Micros): void {
		this.#streamEvents++;
		if (!initial) {
			this.#lastVersion = version;
			return;
		}
		if (!initialEventsEnd) return;
		// The same stream goes on as a plain watch whose life begins now.
		this.#phase = 'streaming';
		this.#streamStart = now;
		this.#streamEvents = 0;
		this.#synced(this.#initialObject, version, now);
		this.#initialObject = null;
	}

	#synced(object: T | null, version: ResourceVersion, now: Micros): void {
		this.#versionUnavailable = false;
		this.#lastVersion = version;
		this.#host.replaced(this, object, now);
	}

	/** An open error or an ERROR event, in the initial stream or in the watch. */
	#failed(failure: Failure, initial: boolean, now: Micros): void {
		if (isWatchRetriable(failure)) {
			this.#pause(initial ? 'initial' : 'watch', now);
		} else if (initial && (isExpired(failure) || isTooLargeResourceVersion(failure))) {
			this.#versionUnavailable = true;
			this.#watchInitial(now);
		} else {
			this.#broken(initial, now);
		}
	}

	/** The streaming list falls back to a LIST in the same iteration; a watch ends its iteration. */
	#broken(initial: boolean, now: Micros): void {
		if (initial) this.#list(now, false);
		else this.#pause('start', now);
	}

	#pause(then: 'start' | 'initial' | 'watch', now: Micros): void {
		const backoff = then === 'start' ? this.#backoff : this.#retryBackoff;
		this.#pauseEnd = now + backoff.next(now, this.#host.draw('reflectorBackoff', this.object));
		this.#afterPause = then;
		this.#phase = 'pausing';
		this.#host.pausing(this, this.#pauseEnd, now);
		this.#host.wakeAt(this.#pauseEnd, this, now);
	}

	/** The run ends inside an iteration: the outer loop asks for a pause (which nobody waits for) before it sees the stop. */
	#ended(now: Micros): void {
		this.#phase = 'stopped';
		this.#request = -1;
		this.#backoff.next(now, 0);
	}

	#onClosing(response: Response<T>, now: Micros): void {
		if (response.kind === 'opened') {
			this.#host.cancel(this.#request, now);
		} else if (response.kind === 'closed') {
			this.#host.forget(this.#request);
		} else {
			this.#host.forget(this.#request);
			// A failed streaming list turns to LIST before anything looks at the stop channel; that LIST finishes unheard.
			const failure = failureOf(response);
			const listed = !isWatchRetriable(failure) && !isExpired(failure) && !isTooLargeResourceVersion(failure);
			if (this.#closingInitial && listed) {
				this.#list(now, false);
				this.#host.forget(this.#request);
			}
		}
		this.#ended(now);
		if (!this.#startAgain) return;
		this.#startAgain = false;
		this.#iterate(now);
	}
}
