// What every plan is at the end: frozen all the way down, and named by a fingerprint of what it says.

import type { Plan } from '../cluster/plan.js';
import { fingerprint } from '../core/random.js';
import { withPlaceholders } from './placeholders.js';

/** A plan that has no digest yet. */
export type UnfinishedPlan = Omit<Plan, 'digest'>;

/**
 * The fingerprint of what a plan simulates: file names, sources of actions, assumptions and warnings are left out, so that
 * the same study in another folder has the same digest. Values count by length and by which of them are equal, so that a
 * digest, which every result shows, does not help to guess one.
 */
export function digestOf(plan: UnfinishedPlan): string {
	const { scenario, assumptions, warnings, variants, ...rest } = withPlaceholders(plan);
	const withoutSources = variants.map((variant) => ({ ...variant, actions: variant.actions.map(({ source, ...action }) => action) }));
	const text = JSON.stringify({ ...rest, name: scenario.name, variants: withoutSources });
	return fingerprint(new TextEncoder().encode(text));
}

/** Freezes a value and everything in it. */
export function deepFreeze<T>(value: T): T {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
	Object.freeze(value);
	for (const inner of Object.values(value)) deepFreeze(inner);
	return value;
}
