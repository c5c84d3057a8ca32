// One object manager of this project on top of the scripted API and a virtual clock.

import { draw, streamKey } from '../../src/core/random.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND } from '../../src/core/time.js';
import type { DetectionStrategy } from '../../src/kubelet/manager/create-manager.js';
import { createManager } from '../../src/kubelet/manager/create-manager.js';
import type { ManagerHost, ManagerProfile, ObjectManager, PodReferences, ReadResult } from '../../src/kubelet/manager/manager.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import type { ScriptedObject } from './scripted-api.js';
import { ScriptedApi } from './scripted-api.js';
import { VirtualLoop } from './virtual-loop.js';

/** A read and, when it has ended, what it found. */
export interface HarnessRead {
	readonly startedAt: Micros;
	endedAt: Micros;
	result: ReadResult<ScriptedObject> | null;
}

/** A manager, its API and its clock. Objects are named `ns/name`. */
export class ManagerHarness {
	readonly loop: VirtualLoop = new VirtualLoop();
	readonly api: ScriptedApi;
	readonly manager: ObjectManager<ScriptedObject>;
	/** TTL of the node annotation, for Cache. */
	ttl: Micros;
	/** What the manager told its trace, as `kind@ms`, oldest first. */
	readonly notes: string[] = [];
	/** How many timers the manager has asked for. */
	timers = 0;
	readonly #names: string[] = [];
	readonly #numbers = new Map<string, number>();
	readonly #reads: HarnessRead[] = [];
	#requests = 0;

	/** @param create makes the manager; another one than the program's own only for negative controls. */
	constructor(
		strategy: DetectionStrategy,
		resource: Resource,
		profile: ManagerProfile,
		syncFrequency: Micros,
		ttl: Micros,
		seed = 1,
		create: typeof createManager = createManager,
	) {
		this.ttl = ttl;
		this.api = new ScriptedApi(resource, this.loop, (object) => this.#names[object] as string);
		const key = streamKey(seed, 'manager harness');
		const host: ManagerHost<ScriptedObject> = {
			send: (options) => {
				const request = ++this.#requests;
				this.api.request(request, options, (response) => this.manager.onResponse(request, response, this.loop.now));
				return request;
			},
			cancel: (request) => this.api.close(request),
			adoptWatch: (options) => {
				const request = ++this.#requests;
				this.api.adopt(request, options, (response) => this.manager.onResponse(request, response, this.loop.now));
				return request;
			},
			wakeAt: (at, timer) => {
				this.timers++;
				this.loop.at(at, (now) => this.manager.onTimer(timer, now));
			},
			trace: (note, now) => this.notes.push(`${note.kind}@${now / MILLISECOND}`),
			answer: (token, result, now) => this.#answer(token, result, now),
			ttl: () => this.ttl,
			draw: (purpose, object, ordinal) => draw(streamKey(key, purpose, object), ordinal),
			namespaceOf: (object) => (this.#names[object] as string).split('/')[0] as string,
			nameOf: (object) => (this.#names[object] as string).split('/')[1] as string,
		};
		this.manager = create(strategy, resource, profile, syncFrequency, host);
	}

	/** The number of an object. */
	numberOf(key: string): number {
		let number = this.#numbers.get(key);
		if (number === undefined) {
			number = this.#names.push(key) - 1;
			this.#numbers.set(key, number);
		}
		return number;
	}

	/** A pod that references objects of its own namespace, each counted once. */
	pod(namespace: string, name: string, uid: string, references: readonly string[]): PodReferences {
		const objects = [...new Set(references)].map((reference) => this.numberOf(`${namespace}/${reference}`));
		return { key: `${namespace}/${name}`, uid, objects };
	}

	/** Begins a read of an object. */
	read(key: string): HarnessRead {
		const read: HarnessRead = { startedAt: this.loop.now, endedAt: this.loop.now, result: null };
		const token = this.#reads.push(read) - 1;
		read.result = this.manager.read(this.numberOf(key), token, this.loop.now);
		return read;
	}

	/** A read, and all the time that it takes. */
	readToEnd(key: string): ReadResult<ScriptedObject> {
		const read = this.read(key);
		this.loop.runUntil(() => read.result !== null);
		return read.result as ReadResult<ScriptedObject>;
	}

	#answer(token: number, result: ReadResult<ScriptedObject>, now: Micros): void {
		const read = this.#reads[token] as HarnessRead;
		if (read.result !== null) throw new Error(`read ${token} was answered twice`);
		read.result = result;
		read.endedAt = now;
	}
}
