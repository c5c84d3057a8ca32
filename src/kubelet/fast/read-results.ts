// What a read of an object gives that finds the version with some index of its history, as the object managers say it.

import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import type { ReadResult } from '../manager/manager.js';

/** Version number of a read that finds no object. */
export const ABSENT = -1;

/** The result of a read. @param index of the version, or {@link ABSENT}. */
export function resultOf({ resource, name, versions }: ObjectTimeline, index: number): ReadResult<TimelineVersion> {
	if (index === ABSENT) return { kind: 'notFound', text: `${resource} "${name}" not found` };
	return { kind: 'found', object: versions[index] as TimelineVersion };
}
