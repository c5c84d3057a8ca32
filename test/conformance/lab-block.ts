// One node of a recording of the second set as a timeline that can be replayed: what was done to the system, when SyncPod
// began, when each step of a container ended, and everything that was observed. Who tells a line decides what becomes of it.

import { parseDuration } from '../../src/core/duration.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { ContainerStep } from '../../src/kubelet/replay.js';
import type { ObjectKind, PodSpec } from '../../src/kubernetes/objects.js';
import { recordedView } from './container-view.js';
import type { LabLine, LabNode, LabRecording } from './lab-recording.js';
import type { Action, Block, Observation, StreamKind } from './timeline-block.js';
import { contentTextOf } from './timeline-block.js';
import { NAMESPACE, workloadOf } from './timeline-plan.js';

/** What a recording does not tell of itself. */
export interface LabBlockOptions {
	readonly lines: readonly LabLine[];
	/** The manifest of a pod, as the recorder makes it. */
	readonly manifestOf: (pod: string) => unknown;
	/** Added to every instant, so that the first one lies after the beginning. */
	readonly shift: Micros;
	/** What was done beside what the lines tell; micros of the block. */
	readonly actions?: readonly Action[];
	/** Nothing is compared before; default 0. Micros of the block. */
	readonly comparedFrom?: Micros;
	/** Syncs of each of these pods that the recording is too short to show; micros of the block. */
	readonly earlierSyncs?: { readonly at: readonly Micros[]; readonly pods: readonly string[] };
	/** Streams that the recording has. */
	readonly recorded: readonly StreamKind[];
}

/** Driver's lines that say nothing of the system under test beside other lines. */
const DRIVER_NOTES: readonly string[] = [
	...['snapshot', 'pod status', 'pods running', 'not all pods running', 'pod gone', 'open watches (server)'],
	...['kubelet stopped', 'all pods of the node running'],
];
/** From a look of the mount wait that finds everything mounted to the event `Pulled`. */
const PULLED_AFTER_LOOK: Micros = 5 * MILLISECOND;

/** More than any node asks for at once. */
const UNTHROTTLED = 10_000;

/** The block of a node. @throws Error for a line that is not understood. */
export function labBlock(recording: LabRecording, node: LabNode, options: LabBlockOptions): Block {
	const reader = new LabReader(recording, node, options);
	for (const line of options.lines) reader.take(line);
	return reader.block();
}

/** The node that a line is about; undefined for one about all. Names may begin with one another. */
export function nodeOfLine(nodes: readonly LabNode[], { node, pod, fields }: LabLine): string | undefined {
	if (node !== '') return node;
	const subject = pod === '' ? String(fields['object'] ?? '') : pod;
	const found = nodes.filter(({ name }) => subject.startsWith(`${name}-`)).sort((a, b) => b.name.length - a.name.length);
	return found[0]?.name;
}

class LabReader {
	readonly #recording: LabRecording;
	readonly #node: LabNode;
	readonly #options: LabBlockOptions;
	readonly #actions: Action[];
	readonly #syncs = new Map<string, Micros[]>();
	readonly #ends = new Map<string, Micros[]>();
	readonly #terminations = new Map<string, Micros[]>();
	readonly #steps = new Map<string, Map<ContainerStep, Micros[]>>();
	readonly #observations: Observation[] = [];
	readonly #notCompared = new Map<string, number>();
	readonly #specs = new Map<string, PodSpec>();
	#returns = false;
	#longestWait: Micros = 0;
	#end: Micros = 0;

	constructor(recording: LabRecording, node: LabNode, options: LabBlockOptions) {
		this.#recording = recording;
		this.#node = node;
		this.#options = options;
		this.#actions = [...(options.actions ?? [])];
		const { earlierSyncs = { at: [], pods: [] } } = options;
		for (const pod of earlierSyncs.pods) this.#syncs.set(pod, [...earlierSyncs.at]);
	}

	take(line: LabLine): void {
		const at = this.#at(line.t);
		switch (line.src) {
			case 'driver':
				return this.#driver(line, at);
			case 'client':
				return this.#client(line, at);
			case 'audit':
				return this.#skip('audited request, which the client tells as well');
			case 'kubelet log':
				return this.#log(line, at);
			case 'kubelet event':
				return this.#observe(at, 'event', line.pod, `${String(line.fields['type'])} ${line.reason}: ${this.#ownNames(line.message)}`);
			case 'runtime':
				return this.#runtime(line, at);
			case 'volume':
				return this.#volume(line, at);
			case 'api':
				return this.#skip('status or event as the API server has it');
			default:
				throw new Error(`${this.#node.name}: unknown source ${line.src}`);
		}
	}

	block(): Block {
		const { strategy, syncSeconds, ttlSeconds, name, maxRestartSeconds } = this.#node;
		const { comparedFrom = 0, recorded } = this.#options;
		return {
			id: name,
			strategy,
			objectKind: 'Secret',
			syncFrequency: syncSeconds * SECOND,
			ttl: String(ttlSeconds),
			actions: this.#actions.sort((a, b) => a.at - b.at),
			before: [],
			syncs: this.#syncs,
			observations: this.#observations.filter(({ stream }) => recorded.includes(stream)).sort((a, b) => a.at - b.at),
			end: this.#end,
			requestsFrom: comparedFrom,
			otherReads: new Map(),
			otherPods: 0,
			recorded: new Set(recorded),
			firstContents: true,
			processGone: null,
			attempts: new Map(),
			notCompared: this.#notCompared,
			lab: {
				// When a request left is recorded, its wait for a token included.
				settings: { kubeAPIQPS: UNTHROTTLED, kubeAPIBurst: UNTHROTTLED, maxContainerRestartPeriod: maxRestartSeconds * SECOND },
				longestWait: this.#longestWait,
				comparedFrom,
				syncReturns: this.#returns,
				syncEnds: this.#ends,
				terminations: this.#terminations,
				containerSteps: this.#steps,
			},
		};
	}

	#at(seconds: number): Micros {
		return Math.round(seconds * SECOND) + this.#options.shift;
	}

	/** Texts name the recorded run's namespace, and pods by their unique ids. */
	#ownNames(text: string): string {
		const { run } = this.#recording;
		return text
			.replaceAll(` ${run}/`, ` ${NAMESPACE}/`)
			.replaceAll(`"${run}"/`, `"${NAMESPACE}"/`)
			.replaceAll(`_${run}(`, `_${NAMESPACE}(`)
			.replaceAll(/\([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\)/g, '(uid)');
	}

	#observe(at: Micros, stream: StreamKind, subject: string, text: string, answeredAt = at): void {
		this.#observations.push({ at, stream, subject, text, answeredAt });
		if (text !== 'WATCH ends') this.#end = Math.max(this.#end, at);
	}

	#skip(reason: string): void {
		this.#notCompared.set(reason, (this.#notCompared.get(reason) ?? 0) + 1);
	}

	#driver({ t, what, pod, fields }: LabLine, end: Micros): void {
		const start = fields['start'];
		const at = Math.floor((this.#at(typeof start === 'number' ? start : t) + end) / 2);
		const name = String(fields['object'] ?? '');
		const put = (kind: 'createObject' | 'putObject'): void => {
			const data = new Map(Object.entries(fields['data'] as Record<string, string>));
			this.#actions.push({ at, kind, name, data, immutable: fields['immutable'] === true ? true : undefined });
		};
		if (fields['error'] !== undefined) return this.#skip('action of the recorder that failed');
		switch (what) {
			case 'create secret':
				return put('createObject');
			case 'update secret':
				return put('putObject');
			case 'delete secret':
				return void this.#actions.push({ at, kind: 'deleteObject', name });
			case 'create pod':
				return void this.#actions.push({ at, kind: 'createPod', name: pod, manifest: this.#options.manifestOf(pod) });
			case 'delete pod':
				return void this.#actions.push({ at, kind: 'deletePod', name: pod });
			case 'make container exit':
				return void this.#actions.push({ at, kind: 'exitContainer', name: pod });
			case 'stop kubelet':
				// Its process is gone when the request returns.
				return void this.#actions.push({ at: end, kind: 'stopKubelet' });
			case 'kubelet process started':
				return this.#actions.some(({ kind }) => kind === 'stopKubelet')
					? void this.#actions.push({ at: end, kind: 'startKubelet' })
					: undefined;
			default:
				if (!DRIVER_NOTES.includes(what)) throw new Error(`${this.#node.name}: unknown note "${what}"`);
				this.#skip('note of the recorder');
		}
	}

	#client({ what, request, fields }: LabLine, at: Micros): void {
		const [verb = '', path = '', ...rest] = request.split(' ');
		const [resource, object] = path.split('/');
		if ((resource !== 'secrets' && resource !== 'configmaps') || object === undefined) return this.#skip('request about something else');
		if (what === 'stream ends') return this.#observe(at, 'request', object, 'WATCH ends');
		if (what !== 'attempt') throw new Error(`${this.#node.name}: unknown line of the client "${what}"`);
		const words = rest.filter((word) => word !== '' && !word.startsWith('timeoutSeconds='));
		const version = words.find((word) => word.startsWith('rv='))?.slice(3);
		const text = [verb, `rv=${version === undefined ? 'unset' : version === '0' ? '0' : 'last'}`];
		if (words.includes('initial')) text.push('sendInitialEvents match=NotOlderThan');
		if (words.some((word) => word !== 'initial' && !word.startsWith('rv=')))
			throw new Error(`${this.#node.name}: unknown request "${request}"`);
		const answered = at + Math.round((fields['dur'] as number) * SECOND);
		this.#observe(at, 'request', object, `${text.join(' ')} gives ${String(fields['code'] ?? fields['error'])}`, answered);
	}

	#log(line: LabLine, at: Micros): void {
		const { what, pod, volume, fields } = line;
		switch (what) {
			case 'SyncPod enter':
				return push(this.#syncs, pod, at);
			case 'SyncPod exit':
				this.#returns = true;
				return this.#observe(at, 'sync', pod, 'returns');
			case 'sync failed':
				return this.#observe(at, 'sync', pod, `fails: ${this.#ownNames(unquoted(String(fields['error'])))}`);
			case 'SetUp succeeded':
				return this.#observe(at, 'volume', `${pod}/${volume}`, 'succeeds');
			case 'SetUp failed':
				return this.#observe(at, 'volume', `${pod}/${volume}`, `fails, retried after ${String(fields['durationBeforeRetry'])}`);
			case 'reflector':
				return this.#skip('log line of a reflector');
			case 'waited before sending request':
				this.#longestWait = Math.max(this.#longestWait, waitOf(String(fields['delay'])));
				return this.#skip('log line of the throttled client');
			default:
				if (!/^SyncTerminat(ing|ed)Pod (enter|exit)$/.test(what)) throw new Error(`${this.#node.name}: unknown log line "${what}"`);
				if (what === 'SyncTerminatedPod exit') push(this.#terminations, pod, at);
				this.#skip("step of a pod's end");
		}
	}

	#runtime(line: LabLine, at: Micros): void {
		const { what, pod, fields } = line;
		switch (what) {
			case 'CreateContainer':
				this.#step(pod, 'create', at);
				push(this.#ends, pod, at + PULLED_AFTER_LOOK);
				return this.#observe(at, 'container', pod, recordedView(this.#specOf(pod), fields));
			case 'StopContainer ends':
				return this.#step(pod, 'stop', at);
			case 'container sees':
				return this.#skip('look into a running container, compared on real directories');
			case 'StartContainer':
			case 'RemoveContainer':
			case 'StopContainer begins':
			case 'container exits':
				return this.#skip('step of the runtime, which other lines tell as well');
			default:
				throw new Error(`${this.#node.name}: unknown line of the runtime "${what}"`);
		}
	}

	#step(pod: string, step: ContainerStep, at: Micros): void {
		const steps = this.#steps.get(pod) ?? new Map<ContainerStep, Micros[]>();
		this.#steps.set(pod, steps);
		push(steps, step, at);
	}

	#specOf(pod: string): PodSpec {
		const known = this.#specs.get(pod) ?? workloadOf(this.#options.manifestOf(pod)).template.spec;
		this.#specs.set(pod, known);
		return known;
	}

	#volume({ what, pod, volume, fields }: LabLine, at: Micros): void {
		const subject = `${pod}/${volume}`;
		const content = (): string => contentTextOf(Object.entries(fields['content'] as Record<string, string>));
		if (what === '..data swapped') this.#observe(at, 'content', subject, content());
		else if (what === 'found with content') this.#observe(at, 'content', subject, `first ${content()}`);
		else if (what === 'directory removed') this.#skip("step of a pod's end");
		else throw new Error(`${this.#node.name}: unknown line of a volume "${what}"`);
	}
}

/** A logged wait has nanoseconds, which virtual time has not. */
function waitOf(text: string): Micros {
	return parseDuration(text.replace(/(\.\d{3})\d+ms$/, '$1ms').replace(/(\.\d{6})\d+s$/, '$1s'));
}

/** The log quotes an error as Go does, and the recorder cut it at 300 characters. */
function unquoted(text: string): string {
	return text.replace(/\\(.)/g, '$1');
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
	const list = map.get(key);
	if (list === undefined) map.set(key, [value]);
	else list.push(value);
}

/** Actions on ConfigMaps, which the recorder makes without a line of its own. */
export function configMapAction(
	at: Micros,
	kind: 'createObject' | 'putObject',
	name: string,
	data: Readonly<Record<string, string>>,
): Action {
	const objectKind: ObjectKind = 'ConfigMap';
	return { at, kind, name, data: new Map(Object.entries(data)), immutable: undefined, objectKind };
}
