// What a partial tells of the plan that it is of: names, times, what was assumed, how samples are kept. The same in every part
// of a study.

import { MINUTE, type Micros, SECOND } from '../core/time.js';
import { profileOf } from '../kubernetes/versions.js';
import type { PartialHeader, VariantHeader } from '../measure/partial.js';
import { couplings, nodesAreUnits, variantCouplings } from './couplings.js';
import type { Plan, VariantPlan } from './plan.js';
import { layoutOf, samplePolicy } from './sample-bound.js';
import { unverifiedFacts } from './version-facts.js';

/** The header of all partials of a plan. */
export function headerOf(plan: Plan): PartialHeader {
	const samples = samplePolicy(plan);
	const variants: VariantHeader[] = plan.variants.map((variant) => ({
		name: variant.name,
		settings: variant.settings,
		kubernetes: variant.kubernetes,
		warmUp: variant.warmUp,
		duration: variant.duration,
		end: endOf(variant),
		couplings: variantCouplings(variant),
		nodesAreUnits: nodesAreUnits(variant),
		tally: samples.exact ? null : layoutOf(variant, plan.replications),
	}));
	const { scenario, seed, replications, digest, assumptions, expectations } = plan;
	const unverified = plan.variants.flatMap((variant) => unverifiedFacts(profileOf(variant.kubernetes)));
	const warnings = [...plan.warnings, ...new Set([...couplings(plan), ...unverified])];
	return { scenario, seed, replications, planDigest: digest, assumptions, warnings, expectations, samples, variants };
}

/** End of a variant's run: the measured window and the drain. */
export function endOf(variant: VariantPlan): Micros {
	return variant.duration + (variant.drain ?? worstCase(variant));
}

/**
 * The analytic worst case of a delay: the longest gap between two syncs, the loops, the TTL under Cache, the longest SetUp
 * back-off and the latencies (closed form of the rule book).
 */
function worstCase(variant: VariantPlan): Micros {
	const { kubelet, network, timing, nodeTTL } = variant.cluster;
	const gap = Math.ceil(1.5 * kubelet.syncFrequency) + SECOND + timing.syncDuration.max;
	const ttl = kubelet.configMapAndSecretChangeDetectionStrategy === 'Cache' ? (nodeTTL ?? longestTtl(variant)) : 0;
	const latency = network.watchLatency.max + 4 * network.requestLatency.max + network.watchCacheLag.max + timing.setUp.max;
	return gap + ttl + 122 * SECOND + SECOND + latency;
}

function longestTtl(variant: VariantPlan): Micros {
	const added = variant.actions.reduce((sum, { effect }) => sum + (effect.kind === 'addNodes' ? effect.count : 0), 0);
	const nodes = Math.max(variant.cluster.nodes + added, variant.cluster.previousNodes ?? 0);
	if (nodes <= 100) return 0;
	return nodes > 1_800 ? 600 * SECOND : MINUTE;
}
