// From collected events to the lines of a story: leaves out what other pods do for themselves and what happened before
// the write without a consequence, and folds long rows of equal failures.

import type { TraceEvent } from '../measure/trace.js';
import type { CollectedEvent } from './event-collector.js';
import { type LineContext, lineOf, roughly } from './line-texts.js';
import type { StoryLine } from './story.js';

/** Attempts of a failing SetUp that are told one by one at either end of the row. */
const TOLD_ATTEMPTS = 2;
/** Lines of a story at most; the middle of a longer one is left out. */
const MOST_LINES = 90;

/** Kinds that matter before the write: they decide when the next sync is due. */
const BEFORE_THE_WRITE: ReadonlySet<TraceEvent['kind']> = new Set(['syncStart', 'syncEnd', 'read', 'setUpFailed', 'kubelet']);

function isOwn({ by }: CollectedEvent, { subject }: LineContext): boolean {
	return by === null || by === subject.pod;
}

/** Index of the first read by another pod that has the write, and of the request that fetched it; -1 when there is none. */
function fetchedByOther(events: readonly CollectedEvent[], context: LineContext): { request: number; read: number } {
	const read = events.findIndex(({ event, by }) => event.kind === 'read' && by !== context.subject.pod && event.result === 'found' && context.isNew(event.resourceVersion));
	const reader = read < 0 ? null : (events[read] as CollectedEvent).by;
	for (let index = read - 1; index >= 0; index--) {
		const { event, by } = events[index] as CollectedEvent;
		if (event.kind === 'request' && by === reader) return { request: index, read };
	}
	return { request: -1, read: -1 };
}

/** Whether SetUp of this volume that started at an index was still under way when the write was committed. */
function isOpenAtWrite(events: readonly CollectedEvent[], index: number, { subject }: LineContext): boolean {
	const end = events.slice(index).find(({ event }) => event.kind === 'compared' || event.kind === 'setUpFailed');
	return end === undefined || end.event.at >= subject.committedAt;
}

function isTold(collected: CollectedEvent, index: number, events: readonly CollectedEvent[], context: LineContext, fetch: { request: number; read: number }): boolean {
	const { event } = collected;
	const { subject } = context;
	if (index === fetch.request || index === fetch.read) return true;
	if (!isOwn(collected, context)) return false;
	if (event.kind === 'settled') return event.write === subject.write;
	if (event.kind === 'trigger') return event.cause !== 'periodic' && event.at >= subject.committedAt;
	if (event.kind === 'event' && event.reason === 'FailedMount') return false;
	if (event.at >= subject.committedAt) return true;
	if (event.kind === 'setUpStart' || event.kind === 'request') return isOpenAtWrite(events, index, context);
	return BEFORE_THE_WRITE.has(event.kind);
}

/** Replaces the middle attempts of a row of failures by one line. */
function foldAttempts(lines: readonly StoryLine[]): StoryLine[] {
	const failures = lines.flatMap((line, index) => (line.kind === 'setUpFailed' ? [index] : []));
	if (failures.length <= 2 * TOLD_ATTEMPTS + 1) return [...lines];
	const from = (failures[TOLD_ATTEMPTS - 1] as number) + 1;
	const to = failures[failures.length - TOLD_ATTEMPTS - 1] as number;
	const first = lines[from] as StoryLine;
	const last = lines[to] as StoryLine;
	const attempts = failures.length - 2 * TOLD_ATTEMPTS;
	const omitted: StoryLine = {
		at: first.at,
		kind: 'omitted',
		what: `${attempts} more attempts fail within ${roughly(last.at - first.at)}`,
		because: 'the pause after each is twice the one before, 122 s at most',
		rules: ['K4.1'],
		turning: false,
	};
	return [...lines.slice(0, from), omitted, ...lines.slice(to + 1)];
}

/** Leaves out the middle of a story that is longer than a page or two; what turns it is kept. */
function shorten(lines: readonly StoryLine[]): StoryLine[] {
	if (lines.length <= MOST_LINES) return [...lines];
	const half = MOST_LINES / 2;
	const middle = lines.slice(half, lines.length - half);
	const first = middle[0] as StoryLine;
	const omitted: StoryLine = { at: first.at, kind: 'omitted', what: `${middle.length} lines are left out here`, because: '-o json has all of them', rules: [], turning: false };
	return [...lines.slice(0, half), omitted, ...lines.slice(lines.length - half)];
}

/** The lines of a story, all of them. */
export function storyLines(events: readonly CollectedEvent[], context: LineContext): StoryLine[] {
	const fetch = fetchedByOther(events, context);
	return events.filter((collected, index) => isTold(collected, index, events, context, fetch)).map(({ event }) => lineOf(event, context));
}

/** The lines as people read them: rows of failures folded, at most {@link MOST_LINES}. */
export function foldedLines(lines: readonly StoryLine[]): StoryLine[] {
	return shorten(foldAttempts(lines));
}
