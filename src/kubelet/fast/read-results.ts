// What a read of an object gives that finds the version with some index of its history, as the object managers say it.

import { type ObjectTimeline, type TimelineVersion, versionAt } from '../../apiserver/object-timeline.js';
import type { ReadResult } from '../manager/manager.js';

/** Version number of a read that finds no object. */
export const ABSENT = -1;

/** The result of a read. @param index of the version, or {@link ABSENT}. */
export function resultOf(timeline: ObjectTimeline, index: number): ReadResult<TimelineVersion> {
	if (index === ABSENT) return { kind: 'notFound', text: `${timeline.resource} "${timeline.name}" not found` };
	return { kind: 'found', object: versionAt(timeline, index) as TimelineVersion };
}
