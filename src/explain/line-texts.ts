// How each trace event reads as a line of a story: what happened, why, and the rules of the rule book (K: the kubelet,
// A: the API server). One function per kind of event, in a table; what depends on the story is in its context.

import { type Micros, SECOND } from '../core/time.js';
import type { SyncCause, TraceEvent, TraceKind } from '../measure/trace.js';
import type { StoryLine, StorySubject } from './story.js';

/** What a line may know of the story it stands in. */
export interface LineContext {
	readonly subject: StorySubject;
	/** Whether a read got the write or something newer. */
	readonly sawWrite: (read: Extract<TraceEvent, { kind: 'read' }>) => boolean;
	/** Strategy of the variant. */
	readonly strategy: string;
}

type Text = Pick<StoryLine, 'what' | 'because' | 'rules'> & { readonly turning?: boolean };
type Event<Kind extends TraceKind> = Extract<TraceEvent, { kind: Kind }>;

const CAUSES: Readonly<Record<SyncCause, readonly [text: string, rules: readonly string[]]>> = {
	periodic: ['the one-second tick found the pod due', ['K2.2', 'K2.4']],
	retry: ['the one-second tick found the pod due again after an error', ['K2.1']],
	podAdded: ['the pod is new on this node', ['K1.3', 'K14.1']],
	podChanged: ['the pod was changed: a label or an annotation is enough', ['K1.3', 'K13.3']],
	containerStarted: ['a container of the pod had started', ['K1.3', 'K20.15']],
	containerDied: ['a container of the pod had ended', ['K1.3', 'K15.1']],
	livenessFailed: ['a liveness probe failed', ['K1.3', 'K15.4']],
	readinessChanged: ['the readiness of the pod changed', ['K1.3']],
	kubeletStarted: ['the kubelet has just started', ['K16']],
	pending: ['something had asked for it while the worker was busy', ['K2.3']],
};

/** Seconds with three decimals: what a sync or a loop takes is milliseconds. */
export function preciseSeconds(micros: Micros): string {
	return `${(micros / SECOND).toFixed(3)} s`;
}

/** A duration for a sentence. */
export function roughly(micros: Micros): string {
	if (micros < 1000) return `${micros} µs`;
	if (micros < SECOND) return `${Math.round(micros / 1000)} ms`;
	return `${(micros / SECOND).toFixed(1)} s`;
}

function list(words: readonly string[]): string {
	return words.length === 0 ? 'nothing' : words.join(', ');
}

function writeText(event: Event<'write'>, { subject }: LineContext): Text {
	const verbs = { create: 'created', update: 'updated', delete: 'deleted' };
	const keys = event.changedKeys.length === 0 ? '' : ` (${event.changedKeys.length === 1 ? 'key' : 'keys'} ${list(event.changedKeys)})`;
	if (event.write !== subject.write) {
		return {
			what: `${event.object} is ${verbs[event.verb]} again${keys}: resourceVersion ${event.resourceVersion}`,
			because: 'whoever reads from now on sees this newer write',
			rules: ['A3.2'],
			turning: true,
		};
	}
	return {
		what: `${event.object} is ${verbs[event.verb]}${keys}: resourceVersion ${event.resourceVersion}`,
		because: 'the API server has committed it; no kubelet acts on that',
		rules: ['K0', 'K1.3'],
		turning: true,
	};
}

function deliveredText(event: Event<'delivered'>, { subject }: LineContext): Text {
	const late = roughly(event.at - event.committedAt);
	const what = `the watch brings resourceVersion ${event.resourceVersion} to the node, ${late} after its commit`;
	return {
		what,
		because: 'it waits in the store: a watch event wakes no sync',
		rules: ['K0', 'K6', 'A3.2'],
		turning: event.resourceVersion >= subject.resourceVersion,
	};
}

function triggerText(event: Event<'trigger'>): Text {
	const [cause, rules] = CAUSES[event.cause];
	const follows = event.busy ? 'the pod worker is busy; it runs right after' : 'the pod worker takes it at once';
	return { what: `a sync of the pod is asked for: ${cause}`, because: follows, rules: [...rules, 'K2.3'] };
}

function syncStartText(event: Event<'syncStart'>): Text {
	const [cause, rules] = CAUSES[event.cause];
	const waited =
		event.waitedForStatusSince === null
			? ''
			: `; it waited ${roughly(event.at - event.waitedForStatusSince)} for the next relist to report the pod`;
	return {
		what: `SyncPod ${event.sync} starts`,
		because: `${cause}${waited}`,
		rules: event.waitedForStatusSince === null ? rules : [...rules, 'K2.3'],
		turning: true,
	};
}

function syncEndText(event: Event<'syncEnd'>, { subject }: LineContext): Text {
	const due = preciseSeconds(event.nextDue - subject.committedAt);
	const tick = preciseSeconds(event.nextTick - subject.committedAt);
	const rules = event.error === null ? ['K2.1', 'K2.4'] : ['K2.1'];
	const what =
		event.error === null
			? `SyncPod ${event.sync} ends; the next is drawn ${roughly(event.nextDue - event.at)} ahead`
			: `SyncPod ${event.sync} fails: ${event.error}`;
	return { what, because: `due at ${signed(due)}, so it runs at the tick of ${signed(tick)} unless something else asks for it`, rules };
}

function signed(seconds: string): string {
	return seconds.startsWith('-') ? seconds : `+${seconds}`;
}

function requestText(event: Event<'request'>): Text {
	const version = {
		unset: 'no resourceVersion: the newest, read from etcd',
		'0': 'resourceVersion 0: whatever the watch cache holds',
		set: 'a resourceVersion: at least as new as that',
	}[event.resourceVersion];
	const throttled = event.throttledFor > 0 ? `; it waited ${roughly(event.throttledFor)} for kubeAPIQPS` : '';
	return {
		what: `${event.verb} ${event.object} leaves the node`,
		because: `${version}${throttled}`,
		rules: event.throttledFor > 0 ? ['K5.1', 'A2', 'A3.7'] : ['K5.1', 'A3.7'],
	};
}

function noteText(event: Event<'note'>): Text {
	const number = (name: string): number => Number(event.detail[name] ?? 0);
	switch (event.note) {
		case 'cacheHit':
			return {
				what: `the cached copy is ${roughly(event.at - number('fetchedAt'))} old, younger than its TTL of ${roughly(number('ttl'))}: no request`,
				because: 'the Cache strategy shares one copy among all pods of the node',
				rules: ['K5.2'],
				turning: true,
			};
		case 'waitForFetch':
			return {
				what: 'another read of the same object is fetching it',
				because: 'one lock per object: this read waits for that one',
				rules: ['K5.2', 'K20.10'],
				turning: true,
			};
		case 'waitForSync':
			return {
				what: 'the store has no first list yet',
				because: 'the read polls every 10 ms, for 1 s at most',
				rules: ['K6'],
				turning: true,
			};
		case 'reflectorStarted':
			return {
				what: event.detail['restart'] === true ? 'the watch of the object is started again' : 'the watch of the object is started',
				because: 'somebody on this node needs it',
				rules: ['K6', 'K20.11'],
			};
		case 'idleStop':
			return {
				what: 'the watch of the object is closed',
				because: 'nobody has read it for longer than max(5 x syncFrequency, 1 min)',
				rules: ['K6', 'K20.12'],
				turning: true,
			};
		case 'immutableStop':
			return {
				what: 'the watch of the object is closed for good',
				because: 'it is immutable: the stored copy is served from now on',
				rules: ['K6', 'K20.33'],
				turning: true,
			};
		case 'served':
			return event.detail['from'] === 'frozenStore'
				? {
						what: 'the frozen copy of the immutable object answers',
						because: 'the kubelet does not look at the API any more',
						rules: ['K6'],
						turning: true,
					}
				: { what: 'the store of the watch answers at once', because: 'no request: the watch keeps the store up to date', rules: ['K6'] };
		case 'reflectorBackoff':
			return {
				what: 'the watch of the object broke and backs off',
				because: `it tries again at ${preciseSeconds(number('until'))} of the run`,
				rules: ['K6', 'A1.4'],
				turning: true,
			};
	}
}

function readText(event: Event<'read'>, { subject, sawWrite }: LineContext): Text {
	const own = event.pod === subject.pod;
	const who = own ? 'SetUp' : `pod ${event.pod} on this node`;
	if (event.result === 'error')
		return {
			what: `${who} gets an error: ${event.text ?? ''}`,
			because: 'nothing is touched: the files stay as they are',
			rules: ['K7.1'],
			turning: own,
		};
	if (event.result === 'notFound' && sawWrite(event) && event.at >= subject.committedAt)
		return {
			what: `${who} finds no object any more`,
			because: 'an optional source becomes empty, any other fails the refresh: the files stay',
			rules: ['K7.1', 'K11'],
			turning: own,
		};
	if (event.result === 'notFound')
		return {
			what: `${who} reads: ${event.text ?? 'not found'}`,
			because: 'an optional source becomes empty, any other fails the refresh',
			rules: ['K7.1'],
			turning: own,
		};
	const found = `${who} reads resourceVersion ${event.resourceVersion}`;
	if (event.at < subject.committedAt) return { what: found, because: 'the write comes later', rules: ['K7.1'] };
	if (sawWrite(event))
		return {
			what: found,
			because: own ? 'it has the write' : 'its fetch has the write',
			rules: own ? ['K7.1'] : ['K5.2', 'K20.10'],
			turning: true,
		};
	return {
		what: `${found}, older than the write`,
		because: own ? 'this refresh misses it' : 'the copy that the pods of this node share is still the old one',
		rules: own ? ['K7.1'] : ['K5.2'],
		turning: true,
	};
}

function comparedText(event: Event<'compared'>): Text {
	if (!event.changed)
		return { what: 'the payload equals what is on disk', because: 'nothing is written, and no file changes its time', rules: ['K8.1'] };
	const removed = event.removedPaths.length > 0 ? `, ${list(event.removedPaths)} removed` : '';
	return {
		what: `the payload differs from the disk: ${list(event.changedPaths)} changed${removed}`,
		because: 'the atomic writer makes a new directory, called ..new here',
		rules: ['K8.1'],
	};
}

function settledText(event: Event<'settled'>): Text {
	const words = {
		shown: 'a container that opens the file now reads the new content',
		superseded: 'what became visible is newer than this write',
		unchanged: 'the write changed nothing that this volume projects',
	};
	return {
		what: `settled after ${preciseSeconds(event.delay)}: ${event.outcome}`,
		because: words[event.outcome],
		rules: [],
		turning: true,
	};
}

const TEXTS: { readonly [Kind in TraceKind]: (event: Event<Kind>, context: LineContext) => Text } = {
	write: writeText,
	writeRejected: (event) => ({ what: `a write of ${event.object} is refused`, because: event.message, rules: ['A12'] }),
	delivered: deliveredText,
	trigger: triggerText,
	syncStart: syncStartText,
	syncEnd: syncEndText,
	statusRequest: (event) => ({
		what: `${event.verb} of the status of ${event.pod} leaves the node`,
		because: 'the status manager shares the tokens of kubeAPIQPS',
		rules: ['A2', 'K20.27'],
	}),
	reprocess: () => ({
		what: 'SyncPod asks the populator to look at the pod again',
		because: 'and goes on; for mounted volumes it does not wait',
		rules: ['K3.2', 'K1.4'],
	}),
	remountRequired: (event) => ({
		what: `the populator marks ${list(event.volumes)}: remountRequired`,
		because: 'its loop runs every 0.1 s',
		rules: ['K3.3'],
	}),
	refreshLost: (event, { subject }) => ({
		what: 'the request to refresh is lost',
		because: `it was made at ${signed(preciseSeconds(event.flagSetAt - subject.committedAt))}, while this SetUp ran; its success clears the mark all the same`,
		rules: ['K3.4'],
		turning: true,
	}),
	refreshHeldByBackoff: (event, { subject }) => ({
		what: 'the reconciler leaves the volume alone',
		because: `SetUp failed before; its back-off ends at ${signed(preciseSeconds(event.until - subject.committedAt))}`,
		rules: ['K4.1'],
		turning: true,
	}),
	setUpStart: () => ({ what: 'the reconciler starts SetUp of the volume', because: 'its loop runs every 0.1 s', rules: ['K3.5'] }),
	request: requestText,
	response: (event) => ({ what: `the answer to ${event.verb} ${event.object} arrives: ${event.outcome}`, because: '', rules: ['A3.7'] }),
	note: noteText,
	read: readText,
	compared: comparedText,
	swapStep: (event) => ({ what: event.step, because: '', rules: ['K8.1'] }),
	swap: () => ({ what: 'the volume is swapped', because: 'all its files changed in one rename', rules: ['K8.1'], turning: true }),
	setUpFailed: (event) => ({
		what: `SetUp fails: ${event.message}`,
		because: `it is tried again after ${roughly(event.retryAfter)}, whatever the syncs do`,
		rules: ['K4.1', 'K4.2'],
		turning: true,
	}),
	tornDown: () => ({
		what: 'the volume is torn down',
		because: 'an error after the fetch removes it; running containers keep an empty directory',
		rules: ['K7.3'],
		turning: true,
	}),
	settled: settledText,
	containerStarted: (event) => ({
		what: `container ${event.container} starts`,
		because: event.sees.length === 0 ? '' : `it sees ${list(event.sees)}`,
		rules: ['K15'],
	}),
	containerDied: (event) => ({
		what: `container ${event.container} ends`,
		because: 'the next relist notices, and a sync follows',
		rules: ['K15.1'],
	}),
	event: (event) => ({
		what: `event ${event.type} ${event.reason}`,
		because: event.message,
		rules: event.reason === 'FailedMount' ? ['K4.2'] : ['K20.32'],
	}),
	kubelet: (event) => ({
		what: `the kubelet ${event.what === 'started' ? 'has started' : 'stops'}`,
		because: event.what === 'started' ? 'every volume is refreshed by its first syncs' : 'no pod of this node propagates anything now',
		rules: ['K16'],
		turning: true,
	}),
};

/** The line of one event. */
export function lineOf(event: TraceEvent, context: LineContext): StoryLine {
	const text = (TEXTS[event.kind] as (event: TraceEvent, context: LineContext) => Text)(event, context);
	return { at: event.at, kind: event.kind, what: text.what, because: text.because, rules: text.rules, turning: text.turning ?? false };
}
