// The rows of `samples.csv` and `load.csv`, made one after the other from a partial so that writing them needs no memory.

import { pooledRow, stackedRows } from '../core/histogram-join.js';
import { bucketMiddle } from '../core/log-buckets.js';
import { SECOND } from '../core/time.js';
import type { Partial, PodRow, WriteRow } from './partial.js';
import type { DelayCount, LoadRow, SampleRow } from './result.js';
import { OUTCOMES } from './samples.js';

/** One row per measured write and volume, by variant, replication, node, write, pod and volume. */
export function* sampleRows(partial: Partial): Generator<SampleRow> {
	for (const { variant, replication, plane, pods, samples } of partial.segments) {
		const name = partial.header.variants[variant]?.name ?? '';
		for (let i = 0; i < samples.write.length; i++) {
			const write = plane.writes[samples.write[i] as number] as WriteRow;
			const pod = pods[samples.pod[i] as number] as PodRow;
			const settled = samples.settled[i] as number;
			const finite = Number.isFinite(settled);
			yield {
				variant: name,
				replication,
				write: samples.write[i] as number,
				object: write.object,
				node: plane.nodes[pod.node] ?? '',
				pod: pod.key,
				volume: pod.volumes[samples.volume[i] as number] ?? '',
				commitSeconds: write.commit / SECOND,
				settledSeconds: finite ? settled / SECOND : null,
				delaySeconds: finite ? (settled - write.commit) / SECOND : null,
				outcome: OUTCOMES[samples.outcome[i] as number] ?? 'pending',
			};
		}
	}
}

/** The delays of the variants whose samples were counted, in ascending order, variant by variant; the others have rows. */
export function* delayCounts({ header, segments }: Partial): Generator<DelayCount> {
	for (const [index, { name }] of header.variants.entries()) {
		const tallies = segments.flatMap(({ variant, tally }) => (variant === index && tally !== null ? [tally.delay] : []));
		if (tallies.length === 0) continue;
		const all = pooledRow(stackedRows(tallies));
		for (const [entry, bucket] of all.buckets.entries()) {
			const middle = bucketMiddle(bucket, all.subBits);
			const delaySeconds = Math.min(all.max[0] as number, Math.max(all.min[0] as number, middle)) / SECOND;
			yield { variant: name, delaySeconds, count: all.counts[entry] as number };
		}
		const never = all.infinite[0] as number;
		if (never > 0) yield { variant: name, delaySeconds: null, count: never };
	}
}

/** One row per kind of request and second in which there was one, origins and codes summed. */
export function* loadRows(partial: Partial): Generator<LoadRow> {
	for (const { variant, replication, ledger } of partial.segments) {
		const name = partial.header.variants[variant]?.name ?? '';
		const kinds = new Map<
			string,
			{ verb: string; resource: string; resourceVersion: LoadRow['resourceVersion']; perSecond: Uint32Array }
		>();
		for (const { verb, resource, resourceVersion, perSecond } of ledger.requests) {
			const key = `${verb} ${resource} ${resourceVersion}`;
			const known = kinds.get(key);
			if (known === undefined) kinds.set(key, { verb, resource, resourceVersion, perSecond: perSecond.slice() });
			else
				for (let second = 0; second < perSecond.length; second++)
					known.perSecond[second] = (known.perSecond[second] as number) + (perSecond[second] as number);
		}
		for (const { verb, resource, resourceVersion, perSecond } of kinds.values()) {
			for (let second = 0; second < perSecond.length; second++) {
				const count = perSecond[second] as number;
				if (count > 0) yield { variant: name, replication, second, verb, resource, resourceVersion, count };
			}
		}
	}
}
