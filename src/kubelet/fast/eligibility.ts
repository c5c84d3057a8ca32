// Which nodes the fast path serves: those on which nothing happens but syncs, writes, token refreshes and renewals of
// watches. Everything here follows from the node's input; what a node turns out to need only later (a payload that cannot be
// made, a volume that does not fit) makes the fast path give the node back while it runs.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { liveVersion, type ObjectTimeline, versionIndexAt } from '../../apiserver/object-timeline.js';
import { MINUTE, type Micros, SECOND } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import { loopPhases } from '../loop-phases.js';
import type { NodeInput, PodInput } from '../node-input.js';
import { shortestTokenLife } from '../token-life.js';

/**
 * Longest time from the start of a sync to the end of the refreshes that follow from it, when no request waits for another
 * one or for a client token.
 */
export function reachOf(input: NodeInput, wire: ConnectionInput): Micros {
	const requests = input.pods.reduce((most, { model }) => Math.max(most, ...model.volumes.map(({ reads }) => 1 + reads.length)), 0);
	const latency = requests * wire.latencies.requestLatency.max;
	return latestReach(input) + latency + input.timing.setUp.max;
}

/** Longest time from the start of a sync to the reconciler's visit of its volumes. */
export function latestReach(input: NodeInput): Micros {
	const { populatorPeriod, reconcilerPeriod } = loopPhases(input, 0, 0);
	return input.timing.syncToReprocess.max + populatorPeriod + reconcilerPeriod;
}

/** True when the fast path may try the node. */
export function isEligible(input: NodeInput, wire: ConnectionInput): boolean {
	const { pods, happenings, settings, timing, end } = input;
	if (pods.length === 0 || happenings.some(({ at }) => at <= end)) return false;
	if (!pods.every((pod) => pod.warm && pod.boundAt < 0 && knowsItsObjects(pod))) return false;
	// A sync must end when its duration says, and the next one must find the pod's status fresh and everything at rest (K2.3).
	if (timing.syncToReprocess.max > timing.syncDuration.min) return false;
	const { relistPeriod, relistRun } = loopPhases(input, 0, 0);
	const reach = reachOf(input, wire);
	if (settings.syncFrequency < Math.max(reach, relistPeriod + relistRun) + SECOND) return false;
	if (settings.configMapAndSecretChangeDetectionStrategy === 'Watch') {
		return neverThrottled(input) && watchesStayOpen(input, reach) && pullSecretsStay(input);
	}
	// Reads of pull secrets would keep a sync waiting for the API server.
	return pods.every(({ model }) => model.pullSecrets.length === 0);
}

/** Every object that a volume reads is registered with the managers. */
function knowsItsObjects({ model }: PodInput): boolean {
	const known = new Set([...model.secrets, ...model.configMaps]);
	return [...model.volumes.flatMap(({ reads }) => reads), ...model.pullSecrets].every(({ object }) => known.has(object));
}

/** Token requests are all that asks the client for its own tokens under Watch; they fit even if all come at once (A2). */
function neverThrottled({ pods, settings }: NodeInput): boolean {
	const lifetimes = pods.flatMap(({ model }) => model.volumes.flatMap(({ tokenSeconds }) => (tokenSeconds === null ? [] : [tokenSeconds])));
	const { kubeAPIQPS, kubeAPIBurst } = settings;
	if (lifetimes.length === 0 || kubeAPIQPS < 0) return true;
	const life = lifetimes.reduce((least, lifetime) => Math.min(least, shortestTokenLife(lifetime)), Number.POSITIVE_INFINITY);
	const perSecond = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
	return lifetimes.length <= (kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst) && (lifetimes.length * SECOND) / life <= perSecond;
}

/** No watch of an object that is read becomes idle (K6), and none ends because its object is made immutable in the run. */
function watchesStayOpen(input: NodeInput, reach: Micros): boolean {
	const { settings, timing, pods, localObjects, objects } = input;
	const unread = 2.75 * settings.syncFrequency + 2 * timing.syncDuration.max + reach + 4 * SECOND;
	if (unread >= Math.max(5 * settings.syncFrequency, MINUTE)) return false;
	const read = pods.flatMap(({ model }) => [...model.volumes.flatMap(({ reads }) => reads), ...model.pullSecrets]);
	return [...new Set(read.map(({ object }) => localObjects.get(object)))].every((local) => {
		const timeline = objects[local as number] as ObjectTimeline;
		const start = versionIndexAt(timeline.versions, 0);
		if (liveVersion(timeline, start)?.immutable === true) return true;
		return timeline.versions.slice(start + 1).every((version) => !version.immutable);
	});
}

/** A pull secret that cannot be read makes an event in every sync. */
function pullSecretsStay({ pods, localObjects, objects }: NodeInput): boolean {
	return pods.every(({ model }) =>
		model.pullSecrets.every(({ object }) => {
			const { versions } = objects[localObjects.get(object) as number] as ObjectTimeline;
			return versionIndexAt(versions, 0) >= 0 && versions.every(({ type }) => type !== 'DELETED');
		}),
	);
}
