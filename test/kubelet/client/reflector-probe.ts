// A reflector with everything around it in the test's hands: what it sends is written down, and the test answers.

import type { RequestOptions, Response, StoredObject } from '../../../src/apiserver/protocol.js';
import type { Micros } from '../../../src/core/time.js';
import { Reflector } from '../../../src/kubelet/client/reflector.js';
import type { ReflectorSettings } from '../../../src/kubelet/client/reflector-host.js';

/** Settings of 1.36. */
export const SETTINGS: ReflectorSettings = {
	resource: 'secrets',
	watchListClient: true,
	watchTimeoutMinSeconds: 1800,
	reflectorBackoffReset: 'sincePreviousReset',
	reflectorBackoffManagers: 1,
};

/** Settings of 1.34: LIST and WATCH. */
export const LIST_WATCH: ReflectorSettings = { ...SETTINGS, watchListClient: false, reflectorBackoffReset: 'sincePreviousCall' };

/** An object of a version. */
export function version(resourceVersion: number): StoredObject {
	return { resourceVersion, immutable: false };
}

/** A status. */
export function status(code: number, reason: string): Response<StoredObject> {
	return { kind: 'status', code, reason, message: reason, retryAfterSeconds: undefined };
}

/** One reflector under test. */
export class ReflectorProbe {
	now: Micros = 0;
	/** Draw that every back-off and timeout gets. */
	uniform = 0;
	/** One word per thing that the reflector did, oldest first. */
	readonly log: string[] = [];
	/** `timeoutSeconds` of every WATCH, oldest first. */
	readonly timeouts: number[] = [];
	readonly reflector: Reflector<StoredObject>;
	#request = 0;
	#wake: Micros | null = null;

	constructor(settings: ReflectorSettings) {
		this.reflector = new Reflector<StoredObject>(
			7,
			settings,
			{
				send: (_reflector, options) => {
					this.log.push(wordOf(options));
					if (options.verb === 'WATCH') this.timeouts.push(options.timeoutSeconds);
					return ++this.#request;
				},
				forget: () => {},
				cancel: (request) => this.log.push(request === this.#request ? 'close' : 'close of another request'),
				wakeAt: (at) => {
					this.#wake = at;
				},
				draw: () => this.uniform,
				replaced: (_reflector, object) => this.log.push(`store ${object?.resourceVersion ?? 'empty'}`),
				changed: (_reflector, object) => this.log.push(`change ${object?.resourceVersion ?? 'deleted'}`),
				pausing: (_reflector, until, now) => this.log.push(`pause ${(until - now) / 1000} ms`),
			},
			0,
		);
	}

	/** Starts it and forgets what it did so far. */
	start(): this {
		this.reflector.start(this.now);
		return this;
	}

	/** Answers the present request. */
	answer(...responses: readonly Response<StoredObject>[]): this {
		for (const response of responses) this.reflector.onResponse(response, this.now);
		return this;
	}

	/** Time passes. */
	pass(micros: Micros): this {
		this.now += micros;
		return this;
	}

	/** The pause that was asked for ends. */
	wake(): this {
		if (this.#wake === null) throw new Error('no timer is set');
		this.now = Math.max(this.now, this.#wake);
		this.#wake = null;
		this.reflector.onTimer(this.now);
		return this;
	}

	/** What happened since the last time. */
	take(): string[] {
		return this.log.splice(0);
	}
}

/** `LIST rv=0 limit=500`, `WATCH rv=5`, `WATCH initial rv=unset`. */
function wordOf(options: RequestOptions): string {
	const parts = [options.verb as string];
	if (options.sendInitialEvents) parts.push('initial');
	parts.push(`rv=${options.resourceVersion < 0 ? 'unset' : options.resourceVersion}`);
	if (options.limit > 0) parts.push(`limit=${options.limit}`);
	return parts.join(' ');
}
