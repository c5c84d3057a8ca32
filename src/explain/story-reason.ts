// The paragraph at the end of a story: why it took that long. It takes the delay apart (waiting for a sync, the two
// loops, the read, the files) and names what made a refresh miss the write.

import type { Micros } from '../core/time.js';
import type { SyncCause, TraceEvent } from '../measure/trace.js';
import { type LineContext, preciseSeconds, roughly } from './line-texts.js';
import type { Story, StoryPart } from './story.js';

type Event<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { kind: Kind }>;

const CAUSE_NAMES: Readonly<Record<SyncCause, string>> = {
	periodic: 'the next periodic sync',
	retry: 'the retry of a failed sync',
	podAdded: 'the first sync of the pod',
	podChanged: 'a sync that a change of the pod caused',
	containerStarted: 'a sync that the start of a container caused',
	containerDied: 'a sync that the end of a container caused',
	livenessFailed: 'a sync that a failed liveness probe caused',
	readinessChanged: 'a sync that a readiness change caused',
	kubeletStarted: 'the first sync after the restart of the kubelet',
	pending: 'a sync that had been asked for while another ran',
};

function lastOf<Kind extends TraceEvent['kind']>(
	events: readonly TraceEvent[],
	kind: Kind,
	accept: (event: Event<Kind>) => boolean = () => true,
): Event<Kind> | undefined {
	return events.findLast((event): event is Event<Kind> => event.kind === kind && accept(event as Event<Kind>));
}

/** Reasons that one story names at most; a row of equal ones says nothing new. */
const MOST_REASONS = 3;

/** Refreshes after the commit that ended with older content, each with its reason. */
function missed(events: readonly TraceEvent[], context: LineContext): string[] {
	const { subject } = context;
	const sentences: string[] = [];
	for (const [index, event] of events.entries()) {
		if (event.kind === 'refreshLost') {
			const asked = preciseSeconds(event.flagSetAt - subject.committedAt);
			sentences.push(
				`A sync asked for a refresh ${asked} after the write, but SetUp was still running; when it succeeded it cleared the request (K3.4).`,
			);
		}
		if (event.kind !== 'read' || event.pod !== subject.pod || event.at < subject.committedAt) continue;
		if (event.result === 'found' && !context.sawWrite(event)) sentences.push(reasonOfOldRead(event, events.slice(0, index), context));
	}
	return sentences.slice(0, MOST_REASONS);
}

/** Why a read after the commit got older content. */
function reasonOfOldRead(read: Event<'read'>, before: readonly TraceEvent[], { subject, strategy }: LineContext): string {
	const when = `The refresh ${roughly(read.at - subject.committedAt)} after the write`;
	const noteOf = (name: Event<'note'>['note']): Event<'note'> | undefined =>
		lastOf(before, 'note', (note) => note.note === name && note.at === read.at);
	const hit = noteOf('cacheHit');
	if (noteOf('served')?.detail['from'] === 'frozenStore')
		return `${when} got the kubelet's frozen copy, because the object is immutable (K6).`;
	if (hit !== undefined) {
		return `${when} was answered by a cached copy ${roughly(read.at - Number(hit.detail['fetchedAt']))} old, within its TTL (K5.2).`;
	}
	if (strategy === 'Watch') {
		return `${when} came before the watch had delivered it and read the older version; the sync that caused it also started the countdown to the next one anew (K13.3).`;
	}
	const started = lastOf(before, 'setUpStart');
	if (started !== undefined && started.at < subject.committedAt) {
		return `${when} had begun ${roughly(subject.committedAt - started.at)} before it, and the API server had answered with the older version.`;
	}
	return strategy === 'Get'
		? `${when} read the older version: its request had reached the API server before the commit (A3.7).`
		: `${when} read an older version, from a watch cache of the API server that lagged or from a fetch before the commit (K5.2, A3.7).`;
}

function sharedFetch(events: readonly TraceEvent[], { subject, sawWrite }: LineContext, read: Event<'read'>): string {
	const hit = lastOf(events, 'note', (note) => note.note === 'cacheHit' && note.at === read.at);
	if (hit === undefined) return '';
	const other = events.find((event): event is Event<'read'> => event.kind === 'read' && event.pod !== subject.pod && sawWrite(event));
	if (other === undefined) return '';
	return `What it read had been fetched ${roughly(read.at - Number(hit.detail['fetchedAt']))} earlier for pod ${other.pod}, which shares the object on this node (K5.2).`;
}

/** How the SetUp that counted came about (by a sync, or by the reconciler's own retry) and what it had waited for. */
function waiting(events: readonly TraceEvent[], { subject }: LineContext, setUpAt: Micros): { sentence: string; parts: StoryPart[] } {
	const before = events.filter((event) => event.at <= setUpAt);
	const failed = lastOf(before, 'setUpFailed');
	const sync = lastOf(before, 'syncStart', (event) => event.pod === subject.pod);
	const marked = lastOf(before, 'remountRequired');
	const total = setUpAt - subject.committedAt;
	if (failed !== undefined && (marked === undefined || marked.at < failed.at + failed.retryAfter)) {
		const pause = roughly(failed.retryAfter);
		return {
			sentence: `SetUp of the volume kept failing; the reconciler tried again by itself when the back-off of ${pause} was over, without waiting for a sync (K4.1).`,
			parts: [{ what: 'until that attempt', micros: total }],
		};
	}
	if (sync === undefined) return { sentence: '', parts: [{ what: 'until SetUp started', micros: total }] };
	if (sync.at <= subject.committedAt) {
		const sentence = 'The write came while a sync was already under way, just in time for its read.';
		return { sentence, parts: [{ what: 'until SetUp started', micros: total }] };
	}
	return {
		sentence: `The volume had to wait for ${CAUSE_NAMES[sync.cause]}, because only a sync makes the kubelet look at a volume again (K0).${gapSentence(before, sync)}`,
		parts: [
			{ what: 'until that sync', micros: sync.at - subject.committedAt },
			{ what: 'for the populator and the reconciler (K3.6)', micros: setUpAt - sync.at },
		],
	};
}

/** Where the instant of a periodic sync comes from. */
function gapSentence(before: readonly TraceEvent[], sync: Event<'syncStart'>): string {
	const previous = lastOf(
		before.filter((event) => event.at < sync.at),
		'syncEnd',
	);
	if (sync.cause !== 'periodic' || previous === undefined) return '';
	return ` It came ${roughly(sync.at - previous.at)} after the previous one had ended: syncFrequency times a draw between 1 and 1.5, up to the next one-second tick (K2.1, K2.4).`;
}

function notSettled(events: readonly TraceEvent[], context: LineContext): string {
	const failed = lastOf(events, 'setUpFailed');
	const frozen = events.some(
		(event) =>
			event.kind === 'note' && (event.note === 'immutableStop' || (event.note === 'served' && event.detail['from'] === 'frozenStore')),
	);
	const torn = lastOf(events, 'tornDown');
	const opening = `The write was not visible in volume ${context.subject.volume} of pod ${context.subject.pod} when the run ended.`;
	if (torn !== undefined) return `${opening} The volume was torn down under the running containers, which keep an empty directory (K7.3).`;
	if (frozen)
		return `${opening} The object is immutable: the kubelet serves the copy that it has and does not look any more, until no pod of the node references the object (K6).`;
	if (failed !== undefined) return `${opening} Its refresh kept failing: ${failed.message}`;
	return [opening, ...missed(events, context)].join(' ');
}

const AFTER: Readonly<Record<'shown' | 'superseded' | 'unchanged', string>> = {
	shown: '',
	superseded: 'By then a newer write had replaced it, so its own content never appeared.',
	unchanged: 'Nothing that this volume projects had changed, so nothing was written.',
};

/** The parts as a sentence; ends of parts are rounded, not parts, so that what is printed adds up. */
function sumSentence(parts: readonly StoryPart[], delay: Micros): string {
	let end = 0;
	const pieces = parts.map(({ what, micros }) => {
		const start = Math.round(end / 1000);
		end += micros;
		return `${((Math.round(end / 1000) - start) / 1000).toFixed(3)} s ${what}`;
	});
	return `Of ${preciseSeconds(Math.round(delay / 1000) * 1000)}: ${pieces.join(', ')}.`;
}

/** Why the write took that long: one paragraph, and the delay taken apart. */
export function storyReason(
	events: readonly TraceEvent[],
	context: LineContext,
	settled: Story['settled'],
): { readonly why: string; readonly parts: readonly StoryPart[] } {
	if (settled === null) return { why: notSettled(events, context), parts: [] };
	const read = lastOf(events, 'read', (event) => event.pod === context.subject.pod);
	const setUp = lastOf(events, 'setUpStart');
	if (read === undefined || setUp === undefined) return { why: `Settled after ${preciseSeconds(settled.delay)}.`, parts: [] };
	const { sentence, parts: waited } = waiting(events, context, setUp.at);
	const parts = [...waited, { what: 'for the read', micros: read.at - setUp.at }, { what: 'for the files', micros: settled.at - read.at }];
	const sentences = [
		...missed(events, context),
		sentence,
		sharedFetch(events, context, read),
		sumSentence(parts, settled.delay),
		AFTER[settled.outcome],
	];
	return { why: sentences.filter((part) => part !== '').join(' '), parts };
}
