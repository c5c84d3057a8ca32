// Holds a result against what the scenario demands of it.

import type { Expectation } from './expectation.js';
import { metricValue } from './metrics.js';
import type { ExpectationResult, VariantResult } from './result.js';

/**
 * One row per expectation and variant it concerns. A value that is not finite meets no bound.
 *
 * @param replications what a total is divided by where the expectation is of one replication.
 */
export function expectationResults(
	expectations: readonly Expectation[],
	variants: readonly VariantResult[],
	replications: number,
): ExpectationResult[] {
	return expectations.flatMap((expectation) =>
		variants
			.filter((variant) => expectation.variant === null || variant.name === expectation.variant)
			.map((variant) => {
				const whole = metricValue(variant, expectation.metric);
				const value = whole === null || expectation.per === undefined ? whole : whole / replications;
				const met =
					value !== null &&
					(expectation.min === null || value >= expectation.min) &&
					(expectation.max === null || value <= expectation.max);
				return { metric: expectation.metric, variant: variant.name, limit: expectation.text, value, met };
			}),
	);
}
