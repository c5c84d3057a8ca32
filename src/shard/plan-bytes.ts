// A plan as bytes for worker threads: its long lists as columns, in V8's own serialization. They never leave the process that made
// them; a plan in files is text (plan-text.ts).

import { deserialize, serialize } from 'node:v8';
import type { Plan } from '../cluster/plan.js';
import { type Column, packed, unpacked } from './packed-list.js';
import { joinedPlan, type PlanWithoutLists, splitPlan } from './plan-lists.js';

interface PackedPlan {
	readonly plan: PlanWithoutLists;
	readonly lists: readonly { readonly length: number; readonly column: Column }[];
}

/** The bytes of a plan, in memory that threads share. */
export function planBytes(whole: Plan): SharedArrayBuffer {
	const { plan, lists } = splitPlan(whole);
	const value: PackedPlan = { plan, lists: lists.map((list) => ({ length: list.length, column: packed(list) })) };
	const bytes = serialize(value);
	const shared = new SharedArrayBuffer(bytes.length);
	new Uint8Array(shared).set(bytes);
	return shared;
}

/** The plan that bytes were made of. Values that are equal in it may be one value. */
export function planOfBytes(bytes: SharedArrayBuffer): Plan {
	const { plan, lists } = deserialize(new Uint8Array(bytes)) as PackedPlan;
	return joinedPlan({ plan, lists: lists.map(({ length, column }) => unpacked(column, length)) });
}
