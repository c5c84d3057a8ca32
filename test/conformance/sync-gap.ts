// Conformance of the pod workers' queue: recorded steps of the real work queue against the rule by which the model finds a
// pod's tick (the first one strictly after its due time, K2.2), and the law of the gaps between two syncs (jittered delay,
// one-second tick) against the recorded counts.

import { draw, streamKey } from '../../src/core/random.js';
import type { Micros } from '../../src/core/time.js';
import { firstOnGridAfter, MILLISECOND, SECOND } from '../../src/core/time.js';
import { SYNC_TICK } from '../../src/kubelet/loop-phases.js';
import type { Agreement, Disagreement } from './agreement.js';
import { AgreementTally, sameJson } from './agreement.js';
import { RecordedObject, sequencesOf } from './recording.js';

/** Checks every line of a `sync-gap` recording. */
export function syncGapAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'sync-gap')) {
		const fields = new RecordedObject(line, 'sync-gap');
		const id = fields.string('id');
		fields.optionalString('note');
		tally.count(fields.has('draws') ? jitterDisagreement(id, line, fields) : stepsDisagreement(id, line, fields));
	}
	return tally.agreement;
}

/** True when a tick at an instant finds a pod: no later tick of the same grid is the first one for it. */
function isFound(due: Micros, tick: Micros): boolean {
	return firstOnGridAfter(due, tick, SYNC_TICK) === tick;
}

function stepsDisagreement(id: string, line: unknown, fields: RecordedObject): Disagreement | null {
	const dues = new Map<string, Micros>();
	let now = 0;
	for (const [index, recordedStep] of fields.list('steps').entries()) {
		const step = new RecordedObject(recordedStep, `${id} step ${index}`);
		const recorded = { at: step.number('atMs') * MILLISECOND, got: [...step.list('got')] };
		const ours = { at: now, got: [] as string[] };
		const op = step.string('op');
		// A later due time takes the place of an earlier one, as a pod's newer tick does in the model.
		if (op === 'enqueue') dues.set(step.string('uid'), now + (step.optionalNumber('delayMs') ?? 0) * MILLISECOND);
		else if (op === 'advance') now += step.number('ms') * MILLISECOND;
		else if (op === 'getWork') {
			ours.got = [...dues.keys()].filter((uid) => isFound(dues.get(uid) as Micros, now)).sort();
			for (const uid of ours.got) dues.delete(uid);
		} else throw new Error(`${id}: unknown operation ${op}`);
		step.end();
		if (!sameJson(recorded, ours)) return { id: `${id}[${index}]`, input: line, recorded, ours };
	}
	fields.end();
	return null;
}

/**
 * The recorded draws were random, so only their law counts: both histograms are compared with ours, drawn as often, by the
 * chi-squared statistic of two samples. Its mean is the number of bins less one; eight standard deviations above are allowed,
 * which a right model passes with a chance below 1e-5.
 */
function jitterDisagreement(id: string, line: unknown, fields: RecordedObject): Disagreement | null {
	const draws = new RecordedObject(fields.take('draws'), id);
	const n = draws.number('n');
	const bins = draws.list('bins') as number[];
	const gaps = fields.list('gaps') as [number, number][];
	const [min, max] = [draws.number('min'), draws.number('max')];
	const mean = draws.number('mean');
	draws.end();
	fields.end();
	const key = streamKey(1, 'sync gap');
	const ourBins = bins.map(() => 0);
	const ourGaps = new Map<number, number>();
	for (let i = 0; i < n; i++) {
		const delay = 60 * SECOND + Math.floor(draw(key, i) * 30 * SECOND);
		ourBins[Math.floor((delay / SECOND - 60) / 3)]! += 1;
		const gap = firstOnGridAfter(delay, 0, SYNC_TICK) / SECOND;
		ourGaps.set(gap, (ourGaps.get(gap) ?? 0) + 1);
	}
	const seconds = gaps.map(([gap]) => gap);
	const recorded = { within: true, gaps: seconds, mean: true, bins: true, counts: true };
	const ours = {
		within: min >= 60 && max < 90,
		gaps: [...ourGaps.keys()].sort((a, b) => a - b),
		mean: Math.abs(mean - 75) < (6 * 30) / Math.sqrt(12 * n),
		bins: sameLaw(bins, ourBins),
		counts: sameLaw(
			gaps.map(([, count]) => count),
			seconds.map((gap) => ourGaps.get(gap) ?? 0),
		),
	};
	return sameJson(recorded, ours) ? null : { id, input: line, recorded, ours };
}

function sameLaw(left: readonly number[], right: readonly number[]): boolean {
	const statistic = left.reduce((sum, count, bin) => sum + (count - (right[bin] as number)) ** 2 / (count + (right[bin] as number)), 0);
	const freedom = left.length - 1;
	return statistic < freedom + 8 * Math.sqrt(2 * freedom);
}
