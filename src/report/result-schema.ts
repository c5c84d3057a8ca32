// The published shape of `secretsim run -o json`, as a zod schema: its JSON Schema is what others validate against, and
// a parse through it both checks what the program is about to print and puts every key in the order of this file. The
// last lines make the compiler refuse a schema that differs from the contract in src/measure/result.ts.

import { z } from 'zod';
import type { Results } from '../measure/result.js';

const seconds = z.number().nullable();
const count = z.number().int().nonnegative();
const interval = z.tuple([z.number(), z.number()]).readonly();

const summary = z
	.strictObject({
		count,
		mean: seconds,
		min: seconds,
		p50: seconds,
		p75: seconds,
		p90: seconds,
		p95: seconds,
		p99: seconds,
		p999: seconds,
		max: seconds,
		interval95: z
			.record(z.string(), interval)
			.readonly()
			.describe('95 % intervals by quantile name; absent where the number of units does not allow one'),
		needs: z
			.record(z.string(), z.number())
			.readonly()
			.describe('for a quantile without interval: the number of independent units it needs'),
		units: z.strictObject({ kind: z.enum(['replication', 'node', 'nodeBlock', 'none']), count }).readonly(),
		exact: z
			.boolean()
			.describe(
				'true: from all samples; false: quantiles are from a histogram with the stated relative error, count, mean, min and max exact',
			),
		relativeError: z.number().nonnegative(),
	})
	.readonly()
	.describe('summary of durations in virtual seconds; null: not finite, because writes were still pending, or no sample');

const outcomes = z
	.strictObject({
		shown: count.describe('its own content became visible'),
		superseded: count.describe('a newer write became visible instead'),
		unchanged: count.describe('nothing to swap in this volume'),
		blocked: count.describe('the refresh kept failing'),
		detached: count.describe("the container can no longer see the volume's content"),
		frozen: count.describe('immutable: the kubelet no longer looks'),
		podGone: count.describe('the pod was gone first'),
		pending: count.describe('not yet visible when the run ended'),
	})
	.readonly()
	.describe('exactly one per write and volume that mounts the object at commit');

const request = z
	.strictObject({
		verb: z.string(),
		resource: z.string(),
		resourceVersion: z.enum(['unset', '0', 'set']),
		code: z.number().int(),
		origin: z
			.enum(['workload', 'injected'])
			.describe('workload: an object that the manifests name; injected: only through kube-api-access'),
		count: count.describe('measured window, summed over replications'),
		perSecond: z.number().nonnegative().describe('mean over the measured window and the replications, whole cluster'),
		peakPerSecond: z.number().nonnegative().describe('busiest second of the measured window in any replication'),
	})
	.readonly();

const group = z
	.strictObject({
		name: z.string(),
		writes: count,
		volumes: count,
		delaySeconds: summary,
		outcomes,
	})
	.readonly();

const propagation = z
	.strictObject({
		delaySeconds: summary.describe('commit to visible, superseded writes included'),
		shownDelaySeconds: summary.describe('only writes whose own content was shown'),
		outcomes,
		neverUpdating: z.strictObject({ subPath: count, env: count, notMounted: count }).readonly(),
	})
	.readonly();

const apiserver = z
	.strictObject({
		requests: z.array(request).readonly(),
		openWatches: z.strictObject({ mean: z.number(), max: z.number() }).readonly(),
		connections: z.strictObject({ max: z.number() }).readonly(),
		watchEvents: count,
		bookmarks: count,
		etcdReads: count,
		etcdReadsPerSecond: z.number().nonnegative(),
		bytesSent: count,
	})
	.readonly();

const kubelet = z
	.strictObject({
		syncs: count,
		refreshes: count,
		swaps: count,
		throttledSeconds: z.number().nonnegative(),
		events: z
			.array(
				z
					.strictObject({
						type: z.string(),
						reason: z.string(),
						message: z.string(),
						count,
					})
					.readonly(),
			)
			.readonly(),
	})
	.readonly();

const variant = z
	.strictObject({
		name: z.string(),
		settings: z.record(z.string(), z.unknown()).readonly(),
		engine: z
			.strictObject({
				path: z.enum(['reference', 'fast']),
				coupled: z.boolean(),
				why: z.string(),
			})
			.readonly(),
		nodes: count,
		pods: count,
		volumes: count,
		injectedVolumes: count,
		writes: count.describe('accepted in the measured window, summed over replications'),
		propagation,
		timeToLastReplicaSeconds: summary.describe('commit to the last volume, one sample per write'),
		apiserver,
		kubelet,
		byObject: z.array(group).readonly(),
		byWorkload: z.array(group).readonly(),
	})
	.readonly();

const scenario = z
	.strictObject({
		name: z.string(),
		file: z.string().nullable(),
		seed: count,
		replications: z.number().int().positive(),
		kubernetes: z.string(),
		durationSeconds: z.number().positive(),
		warmUpSeconds: z.number().nonnegative(),
		planDigest: z.string(),
		randomAlgorithm: z.string(),
	})
	.readonly();

const run = z
	.strictObject({
		scenario,
		variants: z.array(variant).readonly(),
		comparisons: z
			.array(
				z
					.strictObject({
						metric: z.string(),
						variant: z.string(),
						against: z.string(),
						pairedDifference: z.number().nullable(),
						interval95: interval.nullable(),
					})
					.readonly(),
			)
			.readonly()
			.describe('paired differences: the same luck, one setting changed'),
		expectations: z
			.array(
				z
					.strictObject({
						metric: z.string(),
						variant: z.string(),
						limit: z.string(),
						value: z.number().nullable(),
						met: z.boolean(),
					})
					.readonly(),
			)
			.readonly(),
		assumptions: z.array(z.string()).readonly(),
		warnings: z.array(z.string()).readonly(),
	})
	.readonly();

/** The whole document. */
export const resultsSchema: z.ZodType<Results> = z
	.strictObject({
		schema: z.literal('secretsim.results/v1'),
		program: z
			.strictObject({
				version: z.string(),
				command: z.string().describe('gives the same bytes again; empty when a library made the results'),
			})
			.readonly(),
		runs: z.array(run).readonly(),
	})
	.readonly()
	.describe('what `secretsim run -o json` prints: delays of virtual seconds and the load on the API server, per variant');

/** The JSON Schema (draft 2020-12) of {@link Results}, with its identifier. */
export function resultsJsonSchema(): Record<string, unknown> {
	const { $schema, ...schema } = z.toJSONSchema(resultsSchema, {
		io: 'output',
	});
	return {
		$schema,
		$id: 'urn:secretsim:results:v1',
		title: 'secretsim results',
		...schema,
	};
}
