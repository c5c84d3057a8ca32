// Which nodes the fast path serves: those on which nothing happens but syncs, writes, token refreshes and renewals of
// watches. Everything here follows from the node's input; what a node turns out to need only later (a payload that cannot be
// made, a volume that does not fit) makes the fast path give the node back while it runs.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { liveVersion, type ObjectTimeline, versionIndexAt } from '../../apiserver/object-timeline.js';
import { MINUTE, type Micros, SECOND } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import { type LoopPhases, longestPeriods, loopPhases } from '../loop-phases.js';
import type { NodeInput } from '../node-input.js';
import { shortestTokenLife } from '../token-life.js';
import { knowsItsObjects } from './pod-loan.js';

type PassPeriods = Pick<LoopPhases, 'populatorPeriod' | 'reconcilerPeriod'>;

/**
 * Longest time from the start of a sync to the end of the refreshes that follow from it, when no request waits for another
 * one or for a client token.
 */
export function reachOf(input: NodeInput, wire: ConnectionInput, loops: PassPeriods = loopPhases(input, 0, 0)): Micros {
	let requests = 0;
	for (const { model } of input.pods) for (const { reads } of model.volumes) requests = Math.max(requests, 1 + reads.length);
	const latency = requests * wire.latencies.requestLatency.max;
	return latestReach(input, loops) + latency + input.timing.setUp.max;
}

/** Longest time from the start of a sync to the reconciler's visit of its volumes. */
export function latestReach({ timing }: NodeInput, { populatorPeriod, reconcilerPeriod }: PassPeriods): Micros {
	return timing.syncToReprocess.max + populatorPeriod + reconcilerPeriod;
}

/** True when the fast path may try the node. */
export function isEligible(input: NodeInput, wire: ConnectionInput): boolean {
	const { pods, happenings, settings, end } = input;
	if (pods.length === 0 || happenings.some(({ at }) => at <= end)) return false;
	if (!pods.every((pod) => pod.warm && pod.boundAt < 0 && knowsItsObjects(pod))) return false;
	const reach = reachOf(input, wire);
	if (!syncsStayApart(input, reach)) return false;
	if (settings.configMapAndSecretChangeDetectionStrategy === 'Watch') {
		return neverThrottled(input) && watchesStayInUse(input, reach) && watchesStayOpen(input) && pullSecretsStay(input);
	}
	// Reads of pull secrets would keep a sync waiting for the API server.
	return pods.every(({ model }) => model.pullSecrets.length === 0);
}

/** A sync must end when its duration says, and the next one must find the pod's status fresh and everything at rest (K2.3). */
function syncsStayApart({ settings, timing }: NodeInput, reach: Micros): boolean {
	if (timing.syncToReprocess.max > timing.syncDuration.min) return false;
	const { relistPeriod, relistRun } = longestPeriods(timing);
	return settings.syncFrequency >= Math.max(reach, relistPeriod + relistRun) + SECOND;
}

/** True when the fast path may take pods over from the reference path while nothing disturbs them. */
export function mayBeLent(input: NodeInput, wire: ConnectionInput): boolean {
	const { pods, happenings, settings, timing, end, objects } = input;
	if (pods.length === 0 || !onlyRestarts(happenings, end) || !pods.every((pod) => pod.warm && pod.boundAt < 0)) return false;
	const reach = reachOf(input, wire, longestPeriods(timing));
	if (!syncsStayApart(input, reach)) return false;
	if (settings.configMapAndSecretChangeDetectionStrategy !== 'Watch') return true;
	// Watches are counted apart by both paths: together they must never need a second connection.
	return objects.length <= wire.streamsPerConnection && watchesStayInUse(input, reach);
}

/** True when such a node is disturbed by nothing but the stop of its kubelet, and rests until then. @param wire its connection. */
export function restsUntilStop(input: NodeInput, wire: ConnectionInput): boolean {
	const { pods, happenings, settings, end } = input;
	const first = happenings[0];
	if (first === undefined || first.at <= 0 || first.at > end) return false;
	// What a subPath was bound to when its container began is known to the reference path only.
	if (!pods.every((pod) => knowsItsObjects(pod) && pod.model.containers.every(({ subPaths }) => subPaths.length === 0))) return false;
	if (settings.configMapAndSecretChangeDetectionStrategy !== 'Watch') return pods.every(({ model }) => model.pullSecrets.length === 0);
	// Of a kubelet that is still down at the end, only its managers know what it has frozen.
	const starts = happenings[1] !== undefined && happenings[1].at <= end;
	if (!starts && input.objects.some(isEverImmutable)) return false;
	return syncsStayApart(input, reachOf(input, wire)) && watchesStayOpen(input) && pullSecretsStay(input);
}

/** True when the restarts of such a node may be told by their rules instead of being stepped through. */
export function startsPlainly(input: NodeInput): boolean {
	const { settings, pods, objects } = input;
	const strategy = settings.configMapAndSecretChangeDetectionStrategy;
	if (strategy !== 'Watch') return strategy === 'Get' || knowsFreshness(input);
	return pods.every(({ model }) => model.pullSecrets.length === 0) && !objects.some(isEverImmutable);
}

function isEverImmutable(timeline: ObjectTimeline): boolean {
	const { only } = timeline;
	return only === null ? timeline.versions.some(({ immutable }) => immutable === true) : only.immutable === true;
}

/** True when nothing happens to a node but stops and starts of its kubelet, in turn. */
function onlyRestarts(happenings: NodeInput['happenings'], end: Micros): boolean {
	let running = true;
	for (const { at, kind } of happenings) {
		if (at > end) return true;
		if (kind !== (running ? 'kubeletStopped' : 'kubeletStarted')) return false;
		running = !running;
	}
	return true;
}

/** Token requests are all that asks the client for its own tokens under Watch; they fit even if all come at once (A2). */
export function neverThrottled(input: NodeInput): boolean {
	const { kubeAPIQPS, kubeAPIBurst } = input.settings;
	if (kubeAPIQPS < 0) return true;
	const { tokens, life } = tokensOf(input);
	const perSecond = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
	return tokens <= (kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst) && (tokens * SECOND) / life <= perSecond;
}

/** How many volumes of a node have tokens, and the shortest life of one; `Infinity` when there is none. */
export function tokensOf({ pods }: Pick<NodeInput, 'pods'>): { readonly tokens: number; readonly life: Micros } {
	let tokens = 0;
	let life = Number.POSITIVE_INFINITY;
	for (const { model } of pods) {
		for (const { tokenSeconds } of model.volumes) {
			if (tokenSeconds === null) continue;
			tokens += 1;
			life = Math.min(life, shortestTokenLife(tokenSeconds));
		}
	}
	return { tokens, life };
}

/** No watch of an object that is read becomes idle (K6). */
function watchesStayInUse({ settings, timing }: NodeInput, reach: Micros): boolean {
	const unread = 2.75 * settings.syncFrequency + 2 * timing.syncDuration.max + reach + 4 * SECOND;
	return unread < idleAfter(settings.syncFrequency);
}

/** Time after which the watch of an object is stopped that nobody reads (K6). */
export function idleAfter(syncFrequency: Micros): Micros {
	return Math.max(5 * syncFrequency, MINUTE);
}

/** No watch ends because its object is made immutable in the run. */
function watchesStayOpen(input: NodeInput): boolean {
	if (input.objects.every(staysMutable)) return true;
	for (const { model } of input.pods) {
		for (const { reads } of model.volumes) for (const { object } of reads) if (!staysMutable(timelineOf(input, object))) return false;
		for (const { object } of model.pullSecrets) if (!staysMutable(timelineOf(input, object))) return false;
	}
	return true;
}

/** @param object number in the run. */
function timelineOf({ localObjects, objects }: NodeInput, object: number): ObjectTimeline {
	return objects[localObjects.get(object) as number] as ObjectTimeline;
}

/** True when an object is immutable from the beginning, or never becomes so. */
function staysMutable(timeline: ObjectTimeline): boolean {
	if (timeline.only !== null) return true;
	const { versions } = timeline;
	const start = versionIndexAt(versions, 0);
	if (start + 1 >= versions.length || liveVersion(timeline, start)?.immutable === true) return true;
	for (let index = start + 1; index < versions.length; index++) if (versions[index]?.immutable === true) return false;
	return true;
}

/** A pull secret that cannot be read makes an event in every sync. */
function pullSecretsStay(input: NodeInput): boolean {
	for (const { model } of input.pods) {
		for (const { object } of model.pullSecrets) {
			const { versions } = timelineOf(input, object);
			if (versionIndexAt(versions, 0) < 0 || versions.some(({ type }) => type === 'DELETED')) return false;
		}
	}
	return true;
}

/** Under Cache: where the TTL changes, or registering drops what is kept, nobody knows until when it stays fresh. */
export function knowsFreshness({ profile, ttlIsConstant, ttlAt }: NodeInput): boolean {
	return ttlIsConstant === true && ttlAt(0) > 0 && !profile.cacheInvalidatesOnEverySync;
}
