// The state of an object after an action, as far as it is known before the run: random texts stand for themselves with a
// content of the right length. Used only to ask the API server's validation.

import type { ActionEffect, ContentTemplate } from '../cluster/plan.js';
import type { Content } from '../kubernetes/content.js';
import type { ObjectState } from '../kubernetes/objects.js';

/** Longest decimal number of a firing that is expected: a length, not a value. */
const ORDINAL_LENGTH = 6;

function expectedContent(template: ContentTemplate): Content {
	const [only] = template;
	if (template.length === 1 && only?.kind === 'literal') return only.content;
	const length = template.reduce(
		(sum, part) => sum + (part.kind === 'literal' ? part.content.length : part.kind === 'random' ? part.length : ORDINAL_LENGTH),
		0,
	);
	return { length, fingerprint: `expected ${JSON.stringify(template)}` };
}

function merged<V, C>(
	before: Readonly<Record<string, V>>,
	changes: Readonly<Record<string, C | null>>,
	contentFor: (change: C) => V,
): Record<string, V> {
	const entries = new Map(Object.entries(before));
	for (const [key, change] of Object.entries(changes)) {
		if (change === null) entries.delete(key);
		else entries.set(key, contentFor(change));
	}
	return Object.fromEntries(entries);
}

/** `state` after a patch, or as it is created again. */
export function mergedState(state: ObjectState, effect: Extract<ActionEffect, { kind: 'patch' | 'recreate' }>): ObjectState {
	const data = merged(state.data, effect.data, expectedContent);
	const immutable = effect.immutable ?? state.immutable;
	if (effect.kind === 'recreate') return { ...state, data, immutable };
	const same = (text: string): string => text;
	return {
		...state,
		data,
		binaryData: merged(state.binaryData, effect.binaryData, expectedContent),
		labels: merged(state.labels, effect.labels, same),
		annotations: merged(state.annotations, effect.annotations, same),
		immutable,
	};
}
