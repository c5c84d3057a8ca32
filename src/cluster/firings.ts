// When the actions of a plan fire in one replication: absolute times, drawn once, in one order for everything that happens
// in the control plane.

import { drawInteger, type StreamKey, streamKey } from '../core/random.js';
import type { Micros } from '../core/time.js';
import { type Content, contentOfText } from '../kubernetes/content.js';
import type { ActionPlan, ContentTemplate } from './plan.js';

/** One firing of one action. */
export interface Firing {
	readonly at: Micros;
	readonly action: ActionPlan;
	/** Number of the firing of this action, from 1. */
	readonly ordinal: number;
}

/** All firings before `end`, in time order; simultaneous ones in the order of the actions in the file. */
export function firings(actions: readonly ActionPlan[], replication: StreamKey, end: Micros): Firing[] {
	const all = actions.flatMap((action, place) => firingsOf(action, replication, end).map((firing) => ({ firing, place })));
	all.sort((a, b) => a.firing.at - b.firing.at || a.place - b.place || a.firing.ordinal - b.firing.ordinal);
	return all.map(({ firing }) => firing);
}

function firingsOf(action: ActionPlan, replication: StreamKey, end: Micros): Firing[] {
	const { schedule } = action;
	if (schedule.kind === 'at') return schedule.at < end ? [{ at: schedule.at, action, ordinal: 1 }] : [];
	const key = streamKey(replication, 'actionJitter', action.id);
	const list: Firing[] = [];
	for (let ordinal = 1; schedule.times === null || ordinal <= schedule.times; ordinal++) {
		const base = schedule.from + (ordinal - 1) * schedule.period;
		if (base > schedule.until || base >= end) break;
		const at = base + (schedule.jitter > 0 ? drawInteger(key, ordinal, 0, schedule.jitter - 1) : 0);
		if (at < end) list.push({ at, action, ordinal });
	}
	return list;
}

/**
 * The content that a template gives in one firing.
 *
 * @param place what makes it unique: replication, action, key.
 */
export function renderContent(template: ContentTemplate, place: string, ordinal: number): Content {
	const [only] = template;
	if (template.length === 1 && only?.kind === 'literal') return only.content;
	let length = 0;
	const parts = template.map((part) => {
		if (part.kind === 'literal') {
			length += part.content.length;
			return part.content.fingerprint;
		}
		if (part.kind === 'random') {
			length += part.length;
			return `random ${place} ${ordinal}`;
		}
		length += String(ordinal).length;
		return `ordinal ${ordinal}`;
	});
	return { length, fingerprint: contentOfText(parts.join('\n')).fingerprint };
}
