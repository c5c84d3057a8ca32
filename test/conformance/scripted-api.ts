// The small API server of the recordings, written anew from recorder/components/api.go: one revision counter, GET, LIST and
// WATCH with the options that the kubelet uses, scripted latency, failures and a lagging watch cache. It answers each request
// a latency after it began, and writes down every call as the recordings have them.

import type { RequestOptions, Response, StoredObject } from '../../src/apiserver/protocol.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND } from '../../src/core/time.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import type { VirtualLoop } from './virtual-loop.js';

/** An object of the scripted API. */
export interface ScriptedObject extends StoredObject {
	readonly data: string;
}

/** One call as recordings write it; absent fields are left out. */
export type ScriptedCall = Record<string, unknown> & { result?: string; doneInStep?: number };

/** A script's `fail`: the next n calls of a verb fail. */
export interface FailRule {
	readonly verb: string;
	readonly kind: string;
	readonly ns: string | undefined;
	readonly name: string | undefined;
	n: number;
}

interface Stream {
	readonly request: number;
	readonly key: string;
	readonly answer: (response: Response<ScriptedObject>) => void;
}

interface Event {
	readonly version: number;
	readonly key: string;
	readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
	readonly object: ScriptedObject;
}

const REASONS: Readonly<Record<string, readonly [number, string]>> = {
	'403': [403, 'Forbidden'],
	'404': [404, 'NotFound'],
	'429': [429, 'TooManyRequests'],
	'500': [500, 'InternalError'],
	'503': [503, 'ServiceUnavailable'],
};

/** A server for one resource. Objects are named `ns/name`. */
export class ScriptedApi {
	latency: Micros = 3 * MILLISECOND;
	/** Index of the present step, for `doneInStep`. */
	step = 0;
	readonly fails: FailRule[] = [];
	readonly #resource: Resource;
	readonly #loop: VirtualLoop;
	readonly #keyOf: (object: number) => string;
	#version = 100;
	/** A WATCH from a version below this is answered by ERROR 410. */
	#compacted = 0;
	readonly #objects = new Map<string, ScriptedObject>();
	readonly #history: Event[] = [];
	readonly #streams = new Map<number, Stream>();
	#lagged: ReadonlyMap<string, ScriptedObject> | null = null;
	#calls: { readonly key: string; readonly call: ScriptedCall }[] = [];

	constructor(resource: Resource, loop: VirtualLoop, keyOf: (object: number) => string) {
		this.#resource = resource;
		this.#loop = loop;
		this.#keyOf = keyOf;
	}

	/** The calls that began since the last time, by object, and for one object in real order. */
	takeCalls(): ScriptedCall[] {
		const calls = this.#calls.map(({ key, call }, index) => ({ key, call, index }));
		this.#calls = [];
		calls.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
		return calls.map(({ call }) => call);
	}

	/** Streams that are open on the server's side, as `ns/name`, sorted. */
	openWatches(): string[] {
		return [...this.#streams.values()].map(({ key }) => key).sort();
	}

	/** A request arrives. */
	request(request: number, options: RequestOptions, answer: (response: Response<ScriptedObject>) => void): void {
		const key = this.#keyOf(options.object);
		const call = callOf(options, key);
		this.#calls.push({ key, call });
		const begunIn = this.step;
		const end = (result: string): void => {
			call.result = result;
			if (this.step !== begunIn) call.doneInStep = this.step;
		};
		const serve = (): void => {
			const failure = this.#failure(options, key, end);
			if (failure !== null) answer(failure);
			else if (options.verb === 'GET') this.#get(options, key, end, answer);
			else if (options.verb === 'LIST') this.#list(key, end, answer);
			else this.#watch({ request, key, answer }, options, end);
		};
		if (this.latency === 0) this.#loop.at(this.#loop.now, serve);
		else this.#loop.at(this.#loop.now + this.latency, serve);
	}

	/** A stream that has been open since before the beginning. */
	adopt(request: number, options: RequestOptions, answer: (response: Response<ScriptedObject>) => void): void {
		this.#streams.set(request, { request, key: this.#keyOf(options.object), answer });
	}

	/** The client closes a stream. */
	close(request: number): void {
		const stream = this.#streams.get(request);
		if (stream === undefined) return;
		this.#streams.delete(request);
		const [ns, name] = stream.key.split('/') as [string, string];
		this.#calls.push({ key: stream.key, call: { verb: 'watchClose', ns, fieldSelector: `metadata.name=${name}`, resourceVersion: '' } });
	}

	#failure(options: RequestOptions, key: string, end: (result: string) => void): Response<ScriptedObject> | null {
		const verb = options.verb.toLowerCase();
		const [ns, name] = key.split('/') as [string, string];
		const rule = this.fails.find((f) => f.n > 0 && f.verb === verb && (f.name === undefined || (f.name === name && f.ns === ns)));
		if (rule === undefined) return null;
		rule.n--;
		const failure = failureOf(rule.kind, this.#resource, verb === 'get' ? name : '');
		end(`error: ${failure.message}`);
		return failure;
	}

	#get(options: RequestOptions, key: string, end: (result: string) => void, answer: Stream['answer']): void {
		const objects = options.resourceVersion === 0 && this.#lagged !== null ? this.#lagged : this.#objects;
		const object = objects.get(key);
		if (object === undefined) {
			end('404');
			answer(failureOf('404', this.#resource, key.split('/')[1] as string));
			return;
		}
		end(`200 rv=${object.resourceVersion}`);
		answer({ kind: 'object', object });
	}

	#list(key: string, end: (result: string) => void, answer: Stream['answer']): void {
		const object = this.#objects.get(key) ?? null;
		end(`200 items=${object === null ? 0 : 1} rv=${this.#version}`);
		answer({ kind: 'list', resourceVersion: this.#version, object });
	}

	#watch(stream: Stream, options: RequestOptions, end: (result: string) => void): void {
		const from = Math.max(0, options.resourceVersion);
		if (!options.sendInitialEvents && from > 0 && from < this.#compacted) {
			end('200 then ERROR 410');
			stream.answer({ kind: 'opened' });
			stream.answer(EXPIRED);
			stream.answer({ kind: 'closed', clean: true, message: '' });
			return;
		}
		end('200');
		this.#streams.set(stream.request, stream);
		stream.answer({ kind: 'opened' });
		if (options.sendInitialEvents || from === 0) {
			const object = this.#objects.get(stream.key);
			if (object !== undefined) this.#send(stream, { kind: 'event', type: 'ADDED', object });
			if (options.sendInitialEvents) this.#send(stream, { kind: 'bookmark', resourceVersion: this.#version, initialEventsEnd: true });
			return;
		}
		for (const event of this.#history) {
			if (event.version > from && event.key === stream.key) this.#send(stream, { kind: 'event', type: event.type, object: event.object });
		}
	}

	/** What the client has closed meanwhile hears nothing any more. */
	#send(stream: Stream, response: Response<ScriptedObject>): void {
		if (this.#streams.has(stream.request)) stream.answer(response);
	}

	#emit(type: Event['type'], key: string, object: ScriptedObject): void {
		this.#history.push({ version: this.#version, key, type, object });
		for (const stream of [...this.#streams.values()]) if (stream.key === key) this.#send(stream, { kind: 'event', type, object });
	}

	/** Creates or replaces an object. @returns its new version. */
	apply(key: string, data: string, immutable: boolean): string {
		const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
		this.#version++;
		const object = { resourceVersion: this.#version, data, immutable };
		this.#objects.set(key, object);
		this.#emit(type, key, object);
		return String(this.#version);
	}

	/** @returns the version of the deletion, `absent` when there is nothing. */
	remove(key: string): string {
		const object = this.#objects.get(key);
		if (object === undefined) return 'absent';
		this.#version++;
		this.#objects.delete(key);
		this.#emit('DELETED', key, { ...object, resourceVersion: this.#version });
		return String(this.#version);
	}

	/** From now on, or no longer, GET with resourceVersion 0 sees the objects as they are now. */
	lag(on: boolean): void {
		this.#lagged = on ? new Map(this.#objects) : null;
	}

	/** Ends all streams, with ERROR 410 first when the history expires. */
	closeWatches(expired: boolean): void {
		if (expired) this.#compacted = ++this.#version;
		const streams = [...this.#streams.values()];
		this.#streams.clear();
		for (const stream of streams) {
			if (expired) stream.answer(EXPIRED);
			stream.answer({ kind: 'closed', clean: true, message: '' });
		}
	}
}

const EXPIRED: Response<ScriptedObject> = { kind: 'errorEvent', code: 410, reason: 'Expired', message: 'too old resource version' };

type Failure = Extract<Response<ScriptedObject>, { kind: 'status' | 'connection' }>;

function failureOf(kind: string, resource: Resource, name: string): Failure {
	if (kind === 'timeout') return { kind: 'connection', cause: 'timeout', message: 'context deadline exceeded' };
	if (kind === 'refused') {
		return { kind: 'connection', cause: 'refused', message: 'Get "https://api.test": dial tcp: connect: connection refused' };
	}
	const status = REASONS[kind];
	if (status === undefined) throw new Error(`unknown kind of failure ${kind}`);
	const [code, reason] = status;
	return { kind: 'status', code, reason, message: messageOf(kind, resource, name), retryAfterSeconds: undefined };
}

function messageOf(kind: string, resource: Resource, name: string): string {
	switch (kind) {
		case '403':
			return `${resource}${name === '' ? '' : ` "${name}"`} is forbidden: no relationship found between node 'n1' and this object`;
		case '404':
			return `${resource} "${name}" not found`;
		case '429':
			return 'slow down';
		case '500':
			return 'Internal error occurred: boom';
		default:
			return 'not now';
	}
}

/** The call as recordings write it, with fields left out that have no value there. */
function callOf(options: RequestOptions, key: string): ScriptedCall {
	const [ns, name] = key.split('/') as [string, string];
	const call: ScriptedCall = { verb: options.verb.toLowerCase(), ns };
	if (options.verb === 'GET') call['name'] = name;
	else call['fieldSelector'] = `metadata.name=${name}`;
	call['resourceVersion'] = options.resourceVersion < 0 ? '' : String(options.resourceVersion);
	if (options.resourceVersionMatch !== undefined) call['resourceVersionMatch'] = options.resourceVersionMatch;
	if (options.sendInitialEvents) call['sendInitialEvents'] = true;
	if (options.allowWatchBookmarks) call['allowWatchBookmarks'] = true;
	if (options.limit !== 0) call['limit'] = options.limit;
	if (options.timeoutSeconds !== 0) {
		const inRange = Number.isInteger(options.timeoutSeconds) && options.timeoutSeconds >= 1800 && options.timeoutSeconds < 3600;
		call['timeoutSeconds'] = inRange ? '[1800,3600)' : String(options.timeoutSeconds);
	}
	return call;
}
