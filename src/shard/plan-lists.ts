// A plan and its long lists apart: what several variants share is there once, however the lists travel (plan-text.ts, plan-bytes.ts).

import type { Plan, VariantPlan } from '../cluster/plan.js';

/** The lists of a variant that grow with the cluster. */
type List = 'objects' | 'workloads' | 'actions';

/** A plan with numbers of lists in place of the lists. */
export type PlanWithoutLists = Omit<Plan, 'variants'> & {
	readonly variants: readonly (Omit<VariantPlan, List> & Readonly<Record<List, number>>)[];
};

/** A plan in two. */
export interface SplitPlan {
	readonly plan: PlanWithoutLists;
	/** By their numbers. */
	readonly lists: readonly (readonly unknown[])[];
}

/** The lists of a plan apart. */
export function splitPlan(plan: Plan): SplitPlan {
	const numbers = new Map<readonly unknown[], number>();
	const numberOf = (list: readonly unknown[]): number => {
		const known = numbers.get(list) ?? numbers.size;
		numbers.set(list, known);
		return known;
	};
	const variants = plan.variants.map((variant) => ({
		...variant,
		objects: numberOf(variant.objects),
		workloads: numberOf(variant.workloads),
		actions: numberOf(variant.actions),
	}));
	return { plan: { ...plan, variants }, lists: [...numbers.keys()] };
}

/** The plan that was split. */
export function joinedPlan({ plan, lists }: SplitPlan): Plan {
	const listOf = <Name extends List>(number: number): VariantPlan[Name] => lists[number] as unknown as VariantPlan[Name];
	const variants = plan.variants.map((variant) => ({
		...variant,
		objects: listOf<'objects'>(variant.objects),
		workloads: listOf<'workloads'>(variant.workloads),
		actions: listOf<'actions'>(variant.actions),
	}));
	return { ...plan, variants };
}
