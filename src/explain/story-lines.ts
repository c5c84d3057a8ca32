// From collected events to the lines of a story: leaves out what other pods do for themselves and what happened before
// the write without a consequence, and folds long rows of rounds that end alike.

import type { TraceEvent } from '../measure/trace.js';
import type { CollectedEvent } from './event-collector.js';
import { type LineContext, lineOf, roughly } from './line-texts.js';
import type { StoryLine } from './story.js';

/** Rounds that end alike and are told one by one at either end of their row. */
const TOLD_ROUNDS = 2;
/** Lines of a story at most; the middle of a longer one is left out. */
const MOST_LINES = 90;

/** Kinds that matter before the write: they decide when the next sync is due. */
const BEFORE_THE_WRITE: ReadonlySet<TraceEvent['kind']> = new Set(['syncStart', 'syncEnd', 'read', 'setUpFailed', 'kubelet']);

function isOwn({ by }: CollectedEvent, { subject }: LineContext): boolean {
	return by === null || by === subject.pod;
}

/** Index of the first read by another pod that has the write, and of the request that fetched it; -1 when there is none. */
function fetchedByOther(events: readonly CollectedEvent[], context: LineContext): { request: number; read: number } {
	const shared = events.some(
		({ event, by }) => event.kind === 'note' && by === context.subject.pod && (event.note === 'cacheHit' || event.note === 'waitForFetch'),
	);
	if (!shared) return { request: -1, read: -1 };
	const read = events.findIndex(({ event, by }) => event.kind === 'read' && by !== context.subject.pod && context.sawWrite(event));
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

function isTold(
	collected: CollectedEvent,
	index: number,
	events: readonly CollectedEvent[],
	context: LineContext,
	fetch: { request: number; read: number },
): boolean {
	const { event } = collected;
	const { subject } = context;
	if (index === fetch.request || index === fetch.read) return true;
	if (!isOwn(collected, context)) return false;
	if (event.kind === 'settled') return event.write === subject.write;
	if (event.kind === 'trigger') return event.busy && event.at >= subject.committedAt;
	if (event.kind === 'event' && event.reason === 'FailedMount') return false;
	if (event.at >= subject.committedAt) return true;
	if (event.kind === 'setUpStart' || event.kind === 'request') return isOpenAtWrite(events, index, context);
	return BEFORE_THE_WRITE.has(event.kind);
}

/** Lines from one sync, or from one attempt of the reconciler's own, to the next. */
function rounds(lines: readonly StoryLine[]): StoryLine[][] {
	const found: StoryLine[][] = [[]];
	for (const line of lines) {
		const last = found.at(-1) as StoryLine[];
		const beginsRound = line.kind === 'syncStart' || (line.kind === 'setUpStart' && last.some(({ kind }) => kind === 'setUpFailed'));
		if (beginsRound && last.length > 0) found.push([line]);
		else last.push(line);
	}
	return found;
}

/** What a round amounts to: how its reads and refreshes ended. Two rounds of one sign tell the same. */
function signOf(round: readonly StoryLine[]): string {
	const ends = round.filter(({ kind }) => kind === 'read' || kind === 'setUpFailed' || kind === 'swap' || kind === 'write');
	return ends.map(({ kind, what }) => `${kind} ${what}`).join('\n');
}

/** End of the row of rounds that begins at an index: all end alike, or end nothing (a sync that the back-off holds up). */
function endOfRow(all: readonly (readonly StoryLine[])[], start: number): number {
	let sign = '';
	for (let index = start; index < all.length; index++) {
		const own = signOf(all[index] as StoryLine[]);
		if (sign !== '' && own !== '' && own !== sign) return index;
		if (own !== '') sign = own;
	}
	return all.length;
}

/** Replaces the middle of a row of rounds that all end alike by one line. */
function foldRounds(lines: readonly StoryLine[]): StoryLine[] {
	const all = rounds(lines);
	const folded: StoryLine[] = [];
	for (let start = 0, end = 0; start < all.length; start = end) {
		end = endOfRow(all, start);
		const omitted = end - start - 2 * TOLD_ROUNDS;
		if (omitted < 2) folded.push(...all.slice(start, end).flat());
		else {
			folded.push(...all.slice(start, start + TOLD_ROUNDS).flat());
			folded.push(omittedRounds(all.slice(start + TOLD_ROUNDS, end - TOLD_ROUNDS)));
			folded.push(...all.slice(end - TOLD_ROUNDS, end).flat());
		}
	}
	return folded;
}

function omittedRounds(middle: readonly (readonly StoryLine[])[]): StoryLine {
	const first = middle[0]?.[0] as StoryLine;
	const last = (middle.at(-1) as readonly StoryLine[]).at(-1) as StoryLine;
	return {
		at: first.at,
		kind: 'omitted',
		what: `${middle.length} more rounds like these follow within ${roughly(last.at - first.at)}`,
		because: '-o json has all of them',
		rules: [],
		turning: false,
	};
}

/** Leaves out the middle of a story that is longer than a few pages. */
function shorten(lines: readonly StoryLine[]): StoryLine[] {
	if (lines.length <= MOST_LINES) return [...lines];
	const half = MOST_LINES / 2;
	const middle = lines.slice(half, lines.length - half);
	const omitted: StoryLine = {
		at: (middle[0] as StoryLine).at,
		kind: 'omitted',
		what: `${middle.length} lines are left out here`,
		because: '-o json has all of them',
		rules: [],
		turning: false,
	};
	return [...lines.slice(0, half), omitted, ...lines.slice(lines.length - half)];
}

/** Steps of a refresh that only look: they come before the verdict whether anything has to be written. */
function isLooking({ event }: CollectedEvent): boolean {
	return event.kind === 'swapStep' && /^(read|compare) /.test(event.step);
}

/** Puts each verdict (`compared`) behind the steps that led to it; the model tells them the other way round. */
function lookBeforeVerdict(events: readonly CollectedEvent[]): CollectedEvent[] {
	const ordered: CollectedEvent[] = [];
	let verdict: CollectedEvent | null = null;
	for (const collected of events) {
		if (verdict !== null && !isLooking(collected)) {
			ordered.push(verdict);
			verdict = null;
		}
		if (collected.event.kind === 'compared') verdict = collected;
		else ordered.push(collected);
	}
	return verdict === null ? ordered : [...ordered, verdict];
}

/** The lines of a story, all of them. */
export function storyLines(events: readonly CollectedEvent[], context: LineContext): StoryLine[] {
	const fetch = fetchedByOther(events, context);
	const told = events.filter((collected, index) => isTold(collected, index, events, context, fetch));
	const lines = lookBeforeVerdict(told).map(({ event }) => lineOf(event, context));
	// Two reasons for one visit of the reconciler tell the same twice.
	return lines.filter((line, index) => line.at !== lines[index - 1]?.at || line.what !== lines[index - 1]?.what);
}

/** The lines as people read them: rows of rounds that end alike folded, at most {@link MOST_LINES}. */
export function foldedLines(lines: readonly StoryLine[]): StoryLine[] {
	return shorten(foldRounds(lines));
}
