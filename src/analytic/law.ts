// Laws of durations as the calculator passes them around: a distribution function with its quantiles and its mean. Nothing
// here is simulated. Follows the closed-form section of the rule book ("Closed-form delay"), which every law below serves.

import { checkProbability } from '../core/quantile.js';
import type { Micros, MicrosRange } from '../core/time.js';

/** The law of a duration that is never negative. Durations are microseconds; they need not be whole. */
export interface Law {
	/** P(X <= x). */
	cdf(x: Micros): number;
	/**
	 * Smallest x with P(X <= x) >= p.
	 *
	 * @throws {RangeError} if `p` is outside 0..1.
	 */
	quantile(p: number): Micros;
	/** Expected value. */
	readonly mean: Micros;
	/** Smallest x with P(X <= x) = 1. */
	readonly max: Micros;
}

/** How many equal steps the mean of a law without closed form is summed over. */
const MEAN_STEPS = 20_000;
/** Nodes that stand for one uniform delay in {@link delayedBy}. */
const DELAY_NODES = 8;

/**
 * The law whose distribution function is linear between values on a regular grid.
 *
 * @param step distance of the grid's points.
 * @param values P(X <= k * step) for k = 0, 1, ...; ascending, the last one 1.
 */
export function piecewiseLinearLaw(step: Micros, values: Float64Array): Law {
	const last = values.length - 1;
	let mean = 0;
	for (let k = 0; k < last; k++) mean += step * (1 - ((values[k] as number) + (values[k + 1] as number)) / 2);
	let max = last;
	while (max > 0 && (values[max - 1] as number) >= 1) max--;
	return {
		mean,
		max: max * step,
		cdf(x) {
			if (x < 0) return 0;
			const position = x / step;
			const k = Math.floor(position);
			if (k >= last) return 1;
			const low = values[k] as number;
			return low + (position - k) * ((values[k + 1] as number) - low);
		},
		quantile(p) {
			checkProbability(p);
			if (p >= 1) return max * step;
			let low = 0;
			let high = last;
			while (low < high) {
				const middle = (low + high) >> 1;
				if ((values[middle] as number) >= p) high = middle;
				else low = middle + 1;
			}
			if (low === 0) return 0;
			const before = values[low - 1] as number;
			return step * (low - 1 + (p - before) / ((values[low] as number) - before));
		},
	};
}

/** The law of a continuous distribution function that is 0 at 0 and 1 at `max`; quantiles by bisection, the mean by summing. */
export function lawOf(cdf: (x: Micros) => number, max: Micros, mean: Micros = meanOf(cdf, max)): Law {
	return {
		mean,
		max,
		cdf: (x) => (x < 0 ? 0 : x >= max ? 1 : cdf(x)),
		quantile(p) {
			checkProbability(p);
			let low = 0;
			let high = max;
			// A thousandth of a microsecond is far below everything that the laws resolve.
			while (high - low > 1e-3) {
				const middle = (low + high) / 2;
				if (cdf(middle) >= p) high = middle;
				else low = middle;
			}
			return high;
		},
	};
}

function meanOf(cdf: (x: Micros) => number, max: Micros): Micros {
	const step = max / MEAN_STEPS;
	let sum = 0;
	for (let k = 0; k < MEAN_STEPS; k++) sum += 1 - cdf((k + 0.5) * step);
	return sum * step;
}

/**
 * A law with independent uniform delays added (latencies). Each delay that has a width is represented by 8 equally likely
 * values in its range; that is exact where the law's density is constant over a sixteenth of the width.
 */
export function delayedBy(law: Law, delays: readonly MicrosRange[]): Law {
	const some = delays.filter(({ max }) => max > 0);
	if (some.length === 0) return law;
	let nodes = [0];
	for (const { min, max } of some) {
		const count = max > min ? DELAY_NODES : 1;
		const values = Array.from({ length: count }, (_, i) => min + ((i + 0.5) / count) * (max - min));
		nodes = nodes.flatMap((node) => values.map((value) => node + value));
	}
	const cdf = (x: Micros): number => nodes.reduce((sum, node) => sum + law.cdf(x - node), 0) / nodes.length;
	const mean = some.reduce((sum, { min, max }) => sum + (min + max) / 2, law.mean);
	return lawOf(
		cdf,
		some.reduce((sum, { max }) => sum + max, law.max),
		mean,
	);
}

/**
 * The law of the latest of `count` independent durations of one law: time until every one of N replicas on N nodes has it.
 *
 * @param count a whole number >= 1.
 */
export function lastOf(law: Law, count: number): Law {
	if (!(Number.isSafeInteger(count) && count >= 1)) throw new RangeError(`a number of replicas is an integer >= 1, got ${count}`);
	const cdf = (x: Micros): number => law.cdf(x) ** count;
	return {
		cdf,
		quantile: (p) => law.quantile(p ** (1 / count)),
		mean: meanOf(cdf, law.max),
		max: law.max,
	};
}

/**
 * The distribution function of a sum of independent uniform durations: inclusion and exclusion over the corners of the box.
 * Ranges without width are plain shifts.
 */
export function sumOfUniforms(ranges: readonly MicrosRange[]): (x: Micros) => number {
	const shift = ranges.reduce((sum, { min }) => sum + min, 0);
	const widths = ranges.map(({ min, max }) => max - min).filter((width) => width > 0);
	const order = widths.length;
	let scale = 1;
	widths.forEach((width, i) => (scale *= width * (i + 1)));
	return (x) => {
		const above = x - shift;
		if (order === 0) return above >= 0 ? 1 : 0;
		let sum = 0;
		for (let corner = 0; corner < 1 << order; corner++) {
			let rest = above;
			let sign = 1;
			for (let i = 0; i < order; i++) {
				if ((corner >> i) & 1) {
					rest -= widths[i] as number;
					sign = -sign;
				}
			}
			if (rest > 0) sum += sign * rest ** order;
		}
		return Math.min(1, Math.max(0, sum / scale));
	};
}
