// The two object managers of one kubelet, for Secrets and for ConfigMaps, and the REST client below them, wired to the
// node. Requests leave through `transmit`; what comes back is given to the manager that asked.

import type { ObjectTimeline, TimelineVersion } from '../apiserver/object-timeline.js';
import type { RequestOptions, Response } from '../apiserver/protocol.js';
import { draw, type StreamKey, streamKey } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { ObjectKind } from '../kubernetes/objects.js';
import { RestClient } from './client/rest-client.js';
import type { TokenBucket } from './client/token-bucket.js';
import { createManager } from './manager/create-manager.js';
import type { ManagerHost, ManagerNote, ObjectManager, PodReferences, ReadResult, Standing } from './manager/manager.js';
import { EVENT, type NodeState } from './node-state.js';
import { START_UP_BEFORE_FIRST_SYNC, START_UP_REQUESTS } from './start-up.js';

/** How requests get out of the node, and how a watch from before the run is made known. */
export interface NodePort {
	transmit(request: number, options: RequestOptions, now: Micros): void;
	cancel(request: number, now: Micros): void;
	adopt(request: number, options: RequestOptions, openedAt: Micros): void;
}

/** Who waits for reads and tokens. */
export interface ReadListener {
	onRead(token: number, result: ReadResult<TimelineVersion>, now: Micros): void;
	onTokenIssued(volume: number, now: Micros): void;
}

const TOKEN_OWNER = 2;
/** Requests of one kubelet process; the numbers of the next process begin after them, so that none is used twice. */
const REQUESTS_PER_PROCESS = 10_000_000;

/** Object managers and client of one kubelet process; a restarted kubelet has new ones. */
export class Managers {
	readonly #state: NodeState;
	readonly #port: NodePort;
	readonly #listener: ReadListener;
	readonly #client: RestClient<TimelineVersion>;
	readonly #secrets: ObjectManager<TimelineVersion>;
	readonly #configMaps: ObjectManager<TimelineVersion>;
	readonly #firstRequest: number;
	readonly #owners = new Map<number, number>();
	readonly #tokenVolumes = new Map<number, number>();
	/** By pod. */
	readonly #references: ({ secrets: PodReferences; configMaps: PodReferences } | undefined)[] = [];
	/** By purpose, then by object. */
	readonly #drawKeys = new Map<string, (StreamKey | undefined)[]>();
	/** Only with a trace: when a request was handed to the client, to tell how long it waited for a token. */
	readonly #askedAt = new Map<number, Micros>();
	/** Requests under way, kept for the trace only. */
	readonly #told = new Map<number, RequestOptions>();

	constructor(state: NodeState, port: NodePort, listener: ReadListener, startedAt: Micros) {
		this.#state = state;
		this.#firstRequest = state.incarnation * REQUESTS_PER_PROCESS;
		this.#port = port;
		this.#listener = listener;
		const { settings, profile } = state.input;
		this.#client = new RestClient<TimelineVersion>(
			{
				qps: settings.kubeAPIQPS,
				burst: settings.kubeAPIBurst,
				retriesConnectionLost: profile.httpRetriesConnectionLost,
				asked: state.tokensAsked,
			},
			{
				transmit: (request, options, now) => this.#transmit(request, options, now),
				respond: (request, response, now) => this.#respond(request, response, now),
				wakeAt: (at, timer) => state.schedule(at, EVENT.clientTimer, 0, timer),
			},
		);
		const strategy = settings.configMapAndSecretChangeDetectionStrategy;
		this.#secrets = createManager(strategy, 'secrets', profile, settings.syncFrequency, this.#host(0), startedAt);
		this.#configMaps = createManager(strategy, 'configmaps', profile, settings.syncFrequency, this.#host(1), startedAt);
	}

	/** Time that requests have waited for a client token, microseconds. */
	get throttled(): Micros {
		return this.#client.throttled;
	}

	/**
	 * A kubelet process begins: it has registered its node with requests of the same client before its first pods came.
	 *
	 * @param firstSync instant of its first SyncPod.
	 */
	startUp(firstSync: Micros): void {
		for (let request = 0; request < START_UP_REQUESTS; request++) this.#client.reserve(firstSync - START_UP_BEFORE_FIRST_SYNC);
	}

	/** Takes a client token for a request of the status manager; the instant at which it may be sent. */
	reserveToken(now: Micros): Micros {
		return this.#client.reserve(now);
	}

	/** The same for a request that the fast path sends in place of a manager: what it waits is throttled. */
	takeToken(now: Micros): Micros {
		return this.#client.take(now);
	}

	/** When the last of so many tokens could be had from now on. */
	tokensAt(count: number, now: Micros): Micros {
		const { bucket } = this.#client;
		return bucket === null ? now : bucket.readyAt(count, now);
	}

	/** Tokens of the client; null when there is no limit. */
	get bucket(): TokenBucket | null {
		return this.#client.bucket;
	}

	/** True when no request waits or is under way but open watches. */
	get isIdle(): boolean {
		return this.#client.isIdle;
	}

	/** The same, and no client token is owed. */
	isQuiet(now: Micros): boolean {
		return this.#client.isQuiet(now);
	}

	/** How an object of the node stands; null while something of it is under way. The stream has its number on the wire. */
	standing(local: number): Standing<TimelineVersion> | null {
		const standing = this.manager(this.#timeline(local).kind).standing(local);
		return standing === null || standing.request < 0 ? standing : { ...standing, request: this.#firstRequest + standing.request };
	}

	/** The manager of a kind. */
	manager(kind: ObjectKind): ObjectManager<TimelineVersion> {
		return kind === 'Secret' ? this.#secrets : this.#configMaps;
	}

	/** `RegisterPod` on both managers (K1.4 step 4). */
	registerPod(pod: number, now: Micros): void {
		const references = this.#podReferences(pod);
		this.#secrets.registerPod(references.secrets, now);
		this.#configMaps.registerPod(references.configMaps, now);
	}

	/** Takes over a pod that has been registered since before the run. */
	adoptPod(pod: number): void {
		const references = this.#podReferences(pod);
		this.#secrets.adoptPod(references.secrets);
		this.#configMaps.adoptPod(references.configMaps);
	}

	/** `UnregisterPod` on both managers (K1.5). */
	unregisterPod(pod: number, now: Micros): void {
		const references = this.#podReferences(pod);
		this.#secrets.unregisterPod(references.secrets, now);
		this.#configMaps.unregisterPod(references.configMaps, now);
	}

	/** Asks for a new service-account token for a volume (K7.6). */
	requestToken(volume: number, pod: number, now: Micros): void {
		const request = this.#client.send(
			{
				verb: 'POST',
				resource: 'serviceaccounts/token',
				object: pod,
				resourceVersion: -1,
				resourceVersionMatch: undefined,
				sendInitialEvents: false,
				allowWatchBookmarks: false,
				limit: 0,
				timeoutSeconds: 0,
			},
			now,
		);
		this.#owners.set(request, TOKEN_OWNER);
		this.#tokenVolumes.set(request, volume);
	}

	/** A response arrived at the node. */
	onResponse(request: number, response: Response<TimelineVersion>, now: Micros): void {
		this.#client.onResponse(request - this.#firstRequest, response, now);
	}

	/** A timer of the REST client is due. */
	onClientTimer(timer: number, now: Micros): void {
		this.#client.onTimer(timer, now);
	}

	/** A timer of a manager is due; `manager` is 0 for Secrets, 1 for ConfigMaps. */
	onManagerTimer(manager: number, timer: number, now: Micros): void {
		(manager === 0 ? this.#secrets : this.#configMaps).onTimer(timer, now);
	}

	/** The kubelet process ends: every open request and watch is closed from this side. */
	closeAll(now: Micros): void {
		for (const request of [...this.#owners.keys()].sort((a, b) => a - b)) {
			this.#port.cancel(this.#firstRequest + request, now);
			const told = this.#told.get(request);
			if (told !== undefined) this.#tellOutcome(told, 'closed by the kubelet', now);
		}
		this.#told.clear();
		this.#owners.clear();
	}

	#podReferences(pod: number): { secrets: PodReferences; configMaps: PodReferences } {
		let references = this.#references[pod];
		if (references === undefined) {
			const input = this.#state.input.pods[pod];
			if (input === undefined) throw new Error(`node ${this.#state.input.name} has no pod number ${pod}`);
			const local = (objects: readonly number[]): number[] => objects.map((object) => this.#local(object));
			const { key, uid, model } = input;
			references = {
				secrets: { key, uid, objects: local(model.secrets) },
				configMaps: { key, uid, objects: local(model.configMaps) },
			};
			this.#references[pod] = references;
		}
		return references;
	}

	#local(object: number): number {
		const local = this.#state.input.localObjects.get(object);
		if (local === undefined) throw new Error(`object ${object} is not among the objects of node ${this.#state.input.name}`);
		return local;
	}

	#transmit(request: number, options: RequestOptions, now: Micros): void {
		this.#port.transmit(this.#firstRequest + request, options, now);
		if (this.#state.trace === undefined) return;
		this.#told.set(request, options);
		const object = options.verb === 'POST' ? 'serviceaccounts/token' : this.#timeline(options.object).label;
		const resourceVersion = options.resourceVersion < 0 ? 'unset' : options.resourceVersion === 0 ? '0' : 'set';
		this.#state.tell({
			at: now,
			node: this.#state.input.name,
			kind: 'request',
			verb: options.verb,
			object,
			resourceVersion,
			resourceVersionMatch: options.resourceVersionMatch,
			sendInitialEvents: options.sendInitialEvents,
			limit: options.limit,
			throttledFor: now - (this.#askedAt.get(request) ?? now),
		});
		this.#askedAt.delete(request);
	}

	#respond(request: number, response: Response<TimelineVersion>, now: Micros): void {
		const owner = this.#owners.get(request);
		if (owner === undefined) return;
		const streaming =
			response.kind === 'opened' || response.kind === 'event' || response.kind === 'bookmark' || response.kind === 'errorEvent';
		if (!streaming) this.#owners.delete(request);
		if (this.#state.trace !== undefined && response.kind !== 'event' && response.kind !== 'bookmark')
			this.#tellResponse(request, response, now);
		if (owner === TOKEN_OWNER) {
			const volume = this.#tokenVolumes.get(request) as number;
			this.#tokenVolumes.delete(request);
			this.#listener.onTokenIssued(volume, now);
			return;
		}
		(owner === 0 ? this.#secrets : this.#configMaps).onResponse(request, response, now);
	}

	/** What came of a request, as an audit log would say it: the code, or how the connection failed or the stream ended. */
	#tellResponse(request: number, response: Response<TimelineVersion>, now: Micros): void {
		const options = this.#told.get(request);
		if (options === undefined) return;
		if (response.kind !== 'opened') this.#told.delete(request);
		this.#tellOutcome(options, outcomeOf(response), now);
	}

	#tellOutcome(options: RequestOptions, outcome: string, at: Micros): void {
		const object = options.verb === 'POST' ? 'serviceaccounts/token' : this.#timeline(options.object).label;
		this.#state.tell({ at, node: this.#state.input.name, kind: 'response', verb: options.verb, object, outcome });
	}

	#timeline(object: number): ObjectTimeline {
		return this.#state.input.objects[object] as ObjectTimeline;
	}

	#host(owner: 0 | 1): ManagerHost<TimelineVersion> {
		const state = this.#state;
		return {
			send: (options, now) => {
				const request = this.#client.send(options, now);
				this.#owners.set(request, owner);
				if (state.trace !== undefined) this.#askedAt.set(request, now);
				return request;
			},
			cancel: (request, now) => {
				this.#owners.delete(request);
				this.#client.cancel(request, now);
				const told = this.#told.get(request);
				if (told !== undefined) this.#tellOutcome(told, 'closed by the kubelet', now);
				this.#told.delete(request);
				this.#port.cancel(this.#firstRequest + request, now);
			},
			adoptWatch: (options, openedAt) => {
				const request = this.#client.adopt(options, 0);
				this.#owners.set(request, owner);
				this.#port.adopt(this.#firstRequest + request, options, openedAt);
				return request;
			},
			wakeAt: (at, timer) => state.schedule(at, EVENT.managerTimer, owner, timer),
			answer: (token, result, now) => this.#listener.onRead(token, result, now),
			ttl: (now) => state.input.ttlAt(now),
			draw: (purpose, object, ordinal) => this.#recordedDraw(purpose, object, ordinal) ?? draw(this.#drawKey(purpose, object), ordinal),
			namespaceOf: (object) => this.#timeline(object).namespace,
			nameOf: (object) => this.#timeline(object).name,
			trace: state.trace === undefined ? undefined : (note, now) => this.#note(note, now),
		};
	}

	#recordedDraw(purpose: string, object: number, ordinal: number): number | undefined {
		if (purpose !== 'reflectorBackoff') return undefined;
		return this.#state.input.replay?.reflectorDraw?.(this.#timeline(object).label, ordinal);
	}

	#drawKey(purpose: string, object: number): StreamKey {
		let keys = this.#drawKeys.get(purpose);
		if (keys === undefined) {
			keys = [];
			this.#drawKeys.set(purpose, keys);
		}
		let key = keys[object];
		if (key === undefined) {
			key = streamKey(this.#state.input.draws, purpose, this.#timeline(object).label, this.#state.incarnation);
			keys[object] = key;
		}
		return key;
	}

	#note(note: ManagerNote, now: Micros): void {
		const { object: number, kind, ...detail } = note;
		const timeline = this.#timeline(number);
		const base = { at: now, node: this.#state.input.name, object: timeline.label };
		if (kind !== 'delivered') {
			this.#state.tell({ ...base, kind: 'note', note: kind, detail });
			return;
		}
		const { resourceVersion } = detail as { resourceVersion: number };
		const version = timeline.versions.find((candidate) => candidate.resourceVersion === resourceVersion);
		this.#state.tell({ ...base, kind: 'delivered', resourceVersion, committedAt: version?.commit ?? 0 });
	}
}

function outcomeOf(response: Response<TimelineVersion>): string {
	switch (response.kind) {
		case 'status':
			return String(response.code);
		case 'connection':
			return `connection ${response.cause}`;
		case 'errorEvent':
			return `ERROR ${response.code}`;
		case 'closed':
			return 'closed by the server';
		default:
			return '200';
	}
}
