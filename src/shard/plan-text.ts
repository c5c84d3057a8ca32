// A plan as lines of JSON, in which it travels in the ConfigMaps of a Job. No line grows with the fleet, so that a plan of any
// size stays below the longest string.

import type { Plan } from '../cluster/plan.js';
import { joinedPlan, type PlanWithoutLists, splitPlan } from './plan-lists.js';

/** Elements of a list in one line. */
const ELEMENTS_PER_LINE = 10_000;

/** The first line. */
interface FirstLine {
	readonly plan: PlanWithoutLists;
	/** How many lines each list has; they follow in this order. */
	readonly lists: readonly number[];
}

/** The lines of a plan; the first one says what follows. */
export function planLines(whole: Plan): string[] {
	const { plan, lists } = splitPlan(whole);
	const lines = lists.map((list) =>
		Array.from({ length: Math.ceil(list.length / ELEMENTS_PER_LINE) }, (_, line) =>
			JSON.stringify(list.slice(line * ELEMENTS_PER_LINE, (line + 1) * ELEMENTS_PER_LINE)),
		),
	);
	const first: FirstLine = { plan, lists: lines.map((one) => one.length) };
	return [JSON.stringify(first), ...lines.flat()];
}

/**
 * The plan that lines were made of.
 *
 * @throws Error when lines are missing, left over or no JSON.
 */
export function planOfLines(lines: readonly string[]): Plan {
	const { plan, lists } = JSON.parse(lines[0] ?? 'null') as FirstLine;
	const expected = 1 + lists.reduce((sum, count) => sum + count, 0);
	if (lines.length !== expected) throw new Error(`a plan of ${expected} lines came with ${lines.length}`);
	let at = 1;
	const read = lists.map((count) => {
		const list = lines.slice(at, at + count).flatMap((line) => JSON.parse(line) as unknown[]);
		at += count;
		return list;
	});
	return joinedPlan({ plan, lists: read });
}
