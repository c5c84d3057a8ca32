// The paragraph at the end of a story: why it took that long. It takes the delay apart (waiting for a sync, the two
// loops, the read, the files) and names what made a refresh miss the write.

import type { Micros } from '../core/time.js';
import type { SyncCause, TraceEvent } from '../measure/trace.js';
import { type LineContext, preciseSeconds, roughly } from './line-texts.js';
import type { Story } from './story.js';

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

function lastOf<Kind extends TraceEvent['kind']>(events: readonly TraceEvent[], kind: Kind, accept: (event: Event<Kind>) => boolean = () => true): Event<Kind> | undefined {
	return events.findLast((event): event is Event<Kind> => event.kind === kind && accept(event as Event<Kind>));
}

/** Refreshes after the commit that ended with older content, each with its reason. */
function missed(events: readonly TraceEvent[], context: LineContext): string[] {
	const { subject, isNew } = context;
	const sentences: string[] = [];
	for (const [index, event] of events.entries()) {
		if (event.kind === 'refreshLost') {
			const asked = preciseSeconds(event.flagSetAt - subject.committedAt);
			sentences.push(`A sync asked for a refresh ${asked} after the write, but a SetUp that had begun earlier was still running; when it succeeded, with what it had read before, it cleared the request (K3.4).`);
		}
		if (event.kind !== 'read' || event.pod !== subject.pod || event.at < subject.committedAt || event.result !== 'found' || isNew(event.resourceVersion)) continue;
		const when = roughly(event.at - subject.committedAt);
		const hit = lastOf(events.slice(0, index), 'note', (note) => note.note === 'cacheHit' && note.at === event.at);
		const frozen = lastOf(events.slice(0, index), 'note', (note) => note.note === 'served' && note.detail['from'] === 'frozenStore' && note.at === event.at);
		if (frozen !== undefined) sentences.push(`The refresh ${when} after the write got the kubelet's frozen copy, because the object is immutable (K6).`);
		else if (hit !== undefined) sentences.push(`The refresh ${when} after the write was answered by a cached copy ${roughly(event.at - Number(hit.detail['fetchedAt']))} old, within its TTL (K5.2).`);
		else if (context.strategy === 'Watch') sentences.push(`The refresh ${when} after the write came before the watch had delivered it, and read the older version; it also started the countdown to the next sync anew (K13.3).`);
		else sentences.push(`The refresh ${when} after the write read an older version, because the API server answered from a watch cache that lagged, or before the commit (A3.7).`);
	}
	return sentences.slice(0, 3);
}

function sharedFetch(events: readonly TraceEvent[], { subject, isNew }: LineContext, read: Event<'read'>): string {
	const hit = lastOf(events, 'note', (note) => note.note === 'cacheHit' && note.at === read.at);
	if (hit === undefined) return '';
	const other = events.find((event): event is Event<'read'> => event.kind === 'read' && event.pod !== subject.pod && event.result === 'found' && isNew(event.resourceVersion));
	if (other === undefined) return '';
	return `What it read had been fetched ${roughly(read.at - Number(hit.detail['fetchedAt']))} earlier for pod ${other.pod}, which shares the object on this node (K5.2).`;
}

/** How the read that counted came about: by a sync, or by the reconciler's own retry. */
function waiting(events: readonly TraceEvent[], context: LineContext, setUpAt: Micros): { sentence: string; parts: string[] } {
	const { subject } = context;
	const before = events.filter((event) => event.at <= setUpAt);
	const failed = lastOf(before, 'setUpFailed');
	const sync = lastOf(before, 'syncStart', (event) => event.pod === subject.pod);
	const marked = lastOf(before, 'remountRequired');
	if (failed !== undefined && (marked === undefined || marked.at < failed.at)) {
		const text = `SetUp of the volume kept failing; the reconciler tried again by itself when the back-off of ${roughly(failed.retryAfter)} was over, without waiting for a sync (K4.1).`;
		return { sentence: text, parts: [`${preciseSeconds(setUpAt - subject.committedAt)} until that attempt`] };
	}
	if (sync === undefined) return { sentence: '', parts: [`${preciseSeconds(setUpAt - subject.committedAt)} until SetUp started`] };
	const loops = setUpAt - sync.at;
	if (sync.at <= subject.committedAt) {
		return { sentence: 'The write came while a sync was already under way, just in time for its read.', parts: [`${preciseSeconds(setUpAt - subject.committedAt)} until SetUp started`] };
	}
	const drawn = lastOf(
		before.filter((event) => event.at < sync.at),
		'syncEnd',
	);
	const gap = sync.cause === 'periodic' && drawn !== undefined ? ` It came ${roughly(sync.at - drawn.at)} after the previous one had ended: syncFrequency times a draw between 1 and 1.5, up to the next one-second tick (K2.1, K2.4).` : '';
	return {
		sentence: `The volume had to wait for ${CAUSE_NAMES[sync.cause]}, because only a sync makes the kubelet look at a volume again (K0).${gap}`,
		parts: [`${preciseSeconds(sync.at - subject.committedAt)} until that sync`, `${preciseSeconds(loops)} for the populator and the reconciler (K3.6)`],
	};
}

function notSettled(events: readonly TraceEvent[], context: LineContext): string {
	const failed = lastOf(events, 'setUpFailed');
	const frozen = events.some((event) => event.kind === 'note' && (event.note === 'immutableStop' || (event.note === 'served' && event.detail['from'] === 'frozenStore')));
	const torn = lastOf(events, 'tornDown');
	const opening = `The write was not visible in volume ${context.subject.volume} of pod ${context.subject.pod} when the run ended.`;
	if (torn !== undefined) return `${opening} The volume was torn down under the running containers, which keep an empty directory (K7.3).`;
	if (frozen) return `${opening} The object is immutable: the kubelet serves the copy that it has and does not look any more, until no pod of the node references the object (K6).`;
	if (failed !== undefined) return `${opening} Its refresh kept failing: ${failed.message}`;
	return [opening, ...missed(events, context)].join(' ');
}

/** Why the write took that long, in one paragraph. */
export function storyReason(events: readonly TraceEvent[], context: LineContext, settled: Story['settled']): string {
	const { subject } = context;
	if (settled === null) return notSettled(events, context);
	const read = lastOf(events, 'read', (event) => event.pod === subject.pod);
	const setUp = lastOf(events, 'setUpStart');
	if (read === undefined || setUp === undefined) return `Settled after ${preciseSeconds(settled.delay)}.`;
	const { sentence, parts } = waiting(events, context, setUp.at);
	const fetching = read.at - setUp.at;
	const pieces = [...parts, fetching > 0 ? `${preciseSeconds(fetching)} for the read` : 'no time for the read', `${preciseSeconds(settled.at - read.at)} for the files`];
	const outcome = settled.outcome === 'superseded' ? ' By then a newer write had replaced it, so its own content never appeared.' : settled.outcome === 'unchanged' ? ' Nothing that this volume projects had changed, so nothing was written.' : '';
	return [...missed(events, context), sentence, sharedFetch(events, context, read), `Of ${preciseSeconds(settled.delay)}: ${pieces.join(', ')}.${outcome}`].filter((part) => part !== '').join(' ');
}
