// A plan as lines of JSON, in which it travels to worker threads and into the ConfigMaps of a Job. What several variants
// share is there once, and no line grows with the fleet, so that a plan of any size stays below the longest string.

import type { Plan, VariantPlan } from '../cluster/plan.js';

/** Elements of a list in one line. */
const ELEMENTS_PER_LINE = 10_000;
/** The lists of a variant that grow with the cluster. */
const LISTS = ['objects', 'workloads', 'actions'] as const;

type List = (typeof LISTS)[number];
/** A variant with numbers of lists in place of the lists. */
type PackedVariant = Omit<VariantPlan, List> & Readonly<Record<List, number>>;

interface PackedPlan {
	readonly plan: Omit<Plan, 'variants'> & { readonly variants: readonly PackedVariant[] };
	/** How many lines each list has; they follow in this order. */
	readonly lists: readonly number[];
}

/** The lines of a plan; the first one says what follows. */
export function planLines(plan: Plan): string[] {
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
	const lines = [...numbers.keys()].map((list) =>
		Array.from({ length: Math.ceil(list.length / ELEMENTS_PER_LINE) }, (_, line) =>
			JSON.stringify(list.slice(line * ELEMENTS_PER_LINE, (line + 1) * ELEMENTS_PER_LINE)),
		),
	);
	const packed: PackedPlan = { plan: { ...plan, variants }, lists: lines.map((one) => one.length) };
	return [JSON.stringify(packed), ...lines.flat()];
}

/**
 * The plan that lines were made of.
 *
 * @throws Error when lines are missing, left over or no JSON.
 */
export function planOfLines(lines: readonly string[]): Plan {
	const { plan, lists } = JSON.parse(lines[0] ?? 'null') as PackedPlan;
	const expected = 1 + lists.reduce((sum, count) => sum + count, 0);
	if (lines.length !== expected) throw new Error(`a plan of ${expected} lines came with ${lines.length}`);
	let at = 1;
	const unpacked = lists.map((count) => {
		const list = lines.slice(at, at + count).flatMap((line) => JSON.parse(line) as unknown[]);
		at += count;
		return list;
	});
	const listOf = <Name extends List>(variant: PackedVariant, name: Name): VariantPlan[Name] =>
		unpacked[variant[name]] as unknown as VariantPlan[Name];
	const variants = plan.variants.map((variant) => ({
		...variant,
		objects: listOf(variant, 'objects'),
		workloads: listOf(variant, 'workloads'),
		actions: listOf(variant, 'actions'),
	}));
	return { ...plan, variants };
}
