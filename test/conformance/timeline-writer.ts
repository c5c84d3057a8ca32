// Writes what a simulated node did as a scripted timeline, in the form of the recordings. With it the replay can be tried on
// cases of any kind: what the model itself recorded has to be agreed with, and what was changed afterwards has not.

import type { VariantPlan } from '../../src/cluster/plan.js';
import { simulate } from '../../src/cluster/simulate.js';
import { formatDuration } from '../../src/core/duration.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import type { Action, Block } from './timeline-block.js';
import { ContentReader, nameOf } from './timeline-content.js';
import { planOf } from './timeline-plan.js';

/** Name of each action in a recording. */
const ACTIONS: Readonly<Record<Action['kind'], string>> = {
	createObject: 'createSecret',
	putObject: 'putSecret',
	labelObject: 'patchSecretLabel',
	deleteObject: 'deleteSecret',
	createPod: 'createPod',
	deletePod: 'deletePod',
	annotatePod: 'annotatePod',
	exitContainer: 'exitContainer',
	failLiveness: 'failLiveness',
	stopKubelet: 'stopKubelet',
	startKubelet: 'startKubelet',
	stopControlPlane: 'stopControlPlane',
	startControlPlane: 'startControlPlane',
};

/** A case to be recorded. */
export interface WrittenCase {
	readonly id: string;
	readonly strategy: Block['strategy'];
	readonly actions: readonly Action[];
	/** Length in microseconds. */
	readonly end: number;
	readonly seed: number;
	/** Sync period in seconds; default 10. */
	readonly syncSeconds?: number;
	/** The node's annotation; default 0. */
	readonly ttl?: string;
}

/** The lines of a scripted timeline with one block. */
export function writtenTimeline({ id, strategy, actions, end, seed, syncSeconds = 10, ttl = '0' }: WrittenCase): unknown[] {
	const block: Block = {
		id,
		strategy,
		objectKind: 'Secret',
		syncFrequency: syncSeconds * SECOND,
		ttl,
		actions,
		before: [],
		syncs: new Map(),
		observations: [],
		end,
		requestsFrom: 0,
		otherReads: new Map(),
		otherPods: 0,
		recorded: new Set(),
		firstContents: true,
		processGone: null,
		attempts: new Map(),
		notCompared: new Map(),
	};
	const plan = planOf(block);
	const lines: (Record<string, unknown> & { t: number })[] = actions.map((action, index) => actionLine(action, index));
	const writer = new Writer(block, lines);
	const variant = plan.variants[0] as VariantPlan;
	simulate(
		{ ...plan, seed, variants: [{ ...variant, cluster: { ...variant.cluster, timing: TIMING } }] },
		{ trace: (event) => writer.take(event) },
	);
	lines.sort((a, b) => a.t - b.t);
	const begin = { begin: true, case: id, description: '', strategy, syncFrequencySeconds: syncSeconds, ttl, variant: id };
	return [{ header: true }, begin, ...lines.map((line) => ({ ...line, case: id }))];
}

/** Durations as they were on the machine of the recordings. */
const TIMING: VariantPlan['cluster']['timing'] = {
	syncDuration: { min: 300, max: MILLISECOND },
	syncToReprocess: { min: 100, max: 300 },
	loopRunTime: { min: 200, max: 900 },
	setUp: { min: 800, max: 2 * MILLISECOND },
	containerCreate: { min: 3 * MILLISECOND, max: 6 * MILLISECOND },
	containerStop: { min: MILLISECOND, max: 5 * MILLISECOND },
	imagePull: { min: 0, max: 0 },
	plegRelist: { min: MILLISECOND, max: 3 * MILLISECOND },
	kubeletRestart: { min: 10 * SECOND, max: 10 * SECOND },
};

function seconds(micros: number): number {
	return micros / SECOND;
}

function actionLine(action: Action, index: number): Record<string, unknown> & { t: number } {
	const t = seconds(action.at);
	const line = { t, start: t, src: 'driver', action: ACTIONS[action.kind], what: `action ${index + 1}` };
	switch (action.kind) {
		case 'createObject':
			return { ...line, secret: action.name, data: Object.fromEntries(action.data), immutable: action.immutable === true };
		case 'putObject':
			return {
				...line,
				secret: action.name,
				data: Object.fromEntries(action.data),
				...(action.immutable === undefined ? {} : { immutable: action.immutable }),
			};
		case 'labelObject':
		case 'deleteObject':
			return { ...line, secret: action.name };
		case 'createPod':
			return { ...line, pod: action.name, manifest: action.manifest };
		case 'deletePod':
		case 'annotatePod':
			return { ...line, pod: action.name };
		default:
			return line;
	}
}

class Writer {
	readonly #lines: (Record<string, unknown> & { t: number })[];
	readonly #contents: ContentReader;
	readonly #asked = new Map<string, { readonly t: number; readonly request: string }[]>();
	readonly #shown = new Set<string>();

	constructor(block: Block, lines: (Record<string, unknown> & { t: number })[]) {
		this.#lines = lines;
		this.#contents = new ContentReader(block);
	}

	take(event: TraceEvent): void {
		this.#contents.take(event);
		const t = seconds(event.at);
		const log = (pod: string, what: string, more: object = {}): void => {
			this.#lines.push({ t, src: 'kubelet log', pod: nameOf(pod), what, ...more });
		};
		switch (event.kind) {
			case 'syncStart':
				return log(event.pod, 'SyncPod enter');
			case 'syncEnd':
				log(event.pod, 'SyncPod exit');
				if (event.error !== null) log(event.pod, 'sync failed', { error: `err="${event.error}"` });
				return;
			case 'setUpFailed':
				return log(event.pod, 'SetUp failed', { volume: event.volume, durationBeforeRetry: formatDuration(event.retryAfter) });
			case 'compared':
				return log(event.pod, 'SetUp succeeded', { volume: event.volume });
			case 'swap':
				return this.#swap(t, nameOf(event.pod), event.volume);
			case 'event':
				this.#lines.push({
					t,
					src: 'kubelet event',
					pod: nameOf(event.pod),
					type: event.type,
					reason: event.reason,
					message: event.message,
				});
				return;
			case 'writeRejected': {
				const line = this.#lines.find(({ what }) => what === `action ${event.object}`);
				if (line !== undefined) line['error'] = event.message;
				return;
			}
			case 'request':
			case 'response':
				return this.#api(t, event);
			default:
		}
	}

	#swap(t: number, pod: string, volume: string): void {
		const subject = `${pod}/${volume}`;
		const what = this.#shown.has(subject) ? '..data swapped' : 'found with content when first looked at';
		this.#shown.add(subject);
		const content = Object.fromEntries(JSON.parse(this.#contents.contentOf(pod, volume)) as [string, string][]);
		this.#lines.push({ t, src: 'volume', pod, volume, what, content });
	}

	#api(t: number, event: Extract<TraceEvent, { kind: 'request' | 'response' }>): void {
		const object = nameOf(event.object);
		const asked = this.#asked.get(object) ?? [];
		if (event.kind === 'request') {
			const version = event.resourceVersion === 'set' ? 'last' : event.resourceVersion;
			asked.push({
				t,
				request: `${event.verb} rv=${version}${event.sendInitialEvents === true ? ' sendInitialEvents match=NotOlderThan' : ''}`,
			});
			this.#asked.set(object, asked);
			return;
		}
		const line = { src: 'api', resource: 'secrets', object };
		if (event.outcome.startsWith('closed by')) {
			this.#lines.push({ ...line, t, received: t, request: 'WATCH', code: 200, stage: 'ResponseComplete' });
			return;
		}
		const request = asked.shift();
		if (request === undefined) return;
		const stage = request.request.startsWith('WATCH') ? 'ResponseStarted' : 'ResponseComplete';
		this.#lines.push({ ...line, t, received: request.t, request: request.request, code: Number(event.outcome), stage });
	}
}
