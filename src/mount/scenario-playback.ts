// Plays a scenario in real files: simulates it, takes what happened to the volumes of one pod, and does it to real
// directories at the same pace or faster. So one can run an application against Watch, Cache or Get and feel the difference.

import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../apiserver/object-timeline.js';
import { type ControlPlane, controlPlane } from '../cluster/control-plane.js';
import type { Plan, VariantPlan } from '../cluster/plan.js';
import type { PodRecord } from '../cluster/pod-record.js';
import { MILLISECOND, type Micros, SECOND } from '../core/time.js';
import { type ObjectKind, resourceOf } from '../kubernetes/objects.js';
import { DEFAULT_VERSION, profileOf } from '../kubernetes/versions.js';
import { objectLabel, type TraceEvent } from '../measure/trace.js';
import type { PayloadRead } from '../projection/payload.js';
import { ProblemList } from '../scenario/input-error.js';
import { folderOf, joinPath } from '../scenario/input-files.js';
import { readSource } from '../scenario/manifest-set.js';
import { nodeFiles } from '../scenario/node-files.js';
import { InputError } from './input-error.js';
import { KnownValues } from './known-values.js';
import { type Teller, tellerFor } from './mount-events.js';
import type { MountLayout } from './mount-layout.js';
import type { MountOptions, MountServices, MountSystem } from './mount-options.js';
import { isProjected, MountedPod } from './mounted-pod.js';
import { readPaths } from './pod-choice.js';
import { layoutFor, warnOfGaps } from './pod-directories.js';
import { LONGEST_TIMER_MS } from './timer-limit.js';

/** Something that is done at an instant of virtual time. */
interface Moment {
	readonly at: Micros;
	readonly run: () => void;
}

/**
 * Plays a scenario until its end, or until `quit` on standard input.
 *
 * @returns the exit code.
 * @throws InputError for a scenario, pod or option that cannot be used.
 */
export async function playScenario(
	file: string,
	paths: readonly string[],
	options: MountOptions,
	system: MountSystem,
	services: MountServices,
): Promise<number> {
	if (paths.length > 0) throw new InputError('a scenario names its manifests itself: leave them out with --scenario');
	if (options.every !== undefined || options.set !== undefined)
		throw new InputError('--every and --set go with manifests, not with --scenario');
	if (options.kubernetes !== DEFAULT_VERSION)
		throw new InputError('a scenario names its release itself: leave --kubernetes out with --scenario');
	const plan = await services.loadScenario(file, options.seed === undefined ? {} : { seed: options.seed });
	const variant = variantOf(plan, options);
	const plane = controlPlane(variant, plan.seed, options.replication);
	const record = podOf(plane, options.pod);
	const events = await simulatePod(plan, variant, plane, record, options, services);
	const tell = tellerFor(system.stdout, options.output);
	const chosen = { workload: record.workload, podName: record.name };
	const layout = layoutFor(chosen, options, system);
	try {
		await playInto(layout, { file, variant, plane, record, events, options, system, tell });
	} finally {
		layout.close();
	}
	return 0;
}

interface Playback {
	readonly file: string;
	readonly variant: VariantPlan;
	readonly plane: ControlPlane;
	readonly record: PodRecord;
	readonly events: readonly TraceEvent[];
	readonly options: MountOptions;
	readonly system: MountSystem;
	readonly tell: Teller;
}

async function playInto(layout: MountLayout, { file, variant, plane, record, events, options, system, tell }: Playback): Promise<void> {
	const chosen = { workload: record.workload, podName: record.name };
	let now: Micros = 0;
	for (const message of layout.messages) tell({ event: 'warning', message }, options.from / SECOND);
	warnOfGaps(chosen, (event) => tell(event, options.from / SECOND));
	const view = new PodView(plane, record.workload.namespace, knownValues(file));
	const unlessPassedOver: Teller = (event, seconds = now / SECOND) => {
		if (now >= options.from) tell(event, seconds);
	};
	const pod = new MountedPod({
		...chosen,
		layout,
		behaviour: profileOf(variant.kubernetes),
		read: (kind, name) => view.read(kind, name),
		tell: unlessPassedOver,
		now: Date.now,
		seed: process.pid,
	});
	system.stderr.write(`${layout.description}\n`);
	const moments = momentsOf(events, plane, pod, view, unlessPassedOver);
	if (!variant.coldStart && record.createdAt < 0) pod.refresh();
	const passed = moments.filter(({ at }) => at < options.from);
	for (const { at, run } of passed) {
		now = at;
		run();
	}
	now = options.from;
	const volumes = pod.volumes.map(({ volume }) => volume.name);
	tell({ event: 'ready', pod: record.key, directory: options.dir, volumes, missing: pod.missing, bytes: layout.bytes }, now / SECOND);
	await play(moments.slice(passed.length), options, system, (at) => {
		now = at;
	});
}

function variantOf(plan: Plan, { variant: name, replication }: MountOptions): VariantPlan {
	const variant = name === undefined ? plan.variants[0] : plan.variants.find((one) => one.name === name);
	if (!variant)
		throw new InputError(`there is no variant ${JSON.stringify(name)}; there are ${plan.variants.map((one) => one.name).join(', ')}`);
	if (replication >= plan.replications) {
		throw new InputError(`there is no replication ${replication}; they are numbered from 0 to ${plan.replications - 1}`);
	}
	return variant;
}

function podOf(plane: ControlPlane, wanted: string | undefined): PodRecord {
	const candidates = plane.pods.filter(({ workload }) => workload.template.spec.volumes.some(isProjected));
	const record = candidates.find(({ key, name, workload }) => wanted === undefined || [key, name, workload.name].includes(wanted));
	if (record) return record;
	const names = [...new Set(candidates.map(({ workload }) => workload.name))];
	throw new InputError(`there is no pod ${JSON.stringify(wanted ?? '')} with volumes; there are pods of ${names.join(', ')}`);
}

async function simulatePod(
	plan: Plan,
	variant: VariantPlan,
	plane: ControlPlane,
	record: PodRecord,
	{ replication }: MountOptions,
	services: MountServices,
): Promise<readonly TraceEvent[]> {
	const engine = await services.engine();
	const events: TraceEvent[] = [];
	engine.simulate(plan, {
		variants: [variant.name],
		replications: [replication],
		shard: { index: plane.nodes.indexOf(record.node), count: plane.nodes.length },
		trace: (event) => {
			if ('pod' in event && event.pod === record.key) events.push(event);
		},
	});
	return events;
}

/** Everything that the scenario's files say of values. */
function knownValues(file: string): KnownValues {
	const known = new KnownValues();
	const problems = new ProblemList();
	const [source] = readSource(file, nodeFiles.readText(file), problems);
	problems.throwIfAny();
	const { manifests, actions } = (source?.value ?? {}) as { readonly manifests?: unknown; readonly actions?: unknown };
	const list = Array.isArray(actions) ? (actions as readonly unknown[]) : [];
	for (const action of list) known.learnAction(action);
	const applied = list.flatMap((action) => (action as { readonly apply?: unknown } | null)?.apply ?? []);
	const paths = [...(Array.isArray(manifests) ? manifests : []), ...applied].filter((path): path is string => typeof path === 'string');
	for (const { item } of readPaths(
		nodeFiles,
		paths.map((path) => joinPath(folderOf(file), path)),
	).objects)
		known.learnObject(item);
	return known;
}

/** What the kubelet's managers answered to this pod's volumes, as the simulation had it. */
class PodView {
	readonly #timelines: ReadonlyMap<string, ObjectTimeline>;
	readonly #namespace: string;
	readonly #values: KnownValues;
	/** By volume and object: the version that was read last; null: not found. */
	readonly #read = new Map<string, TimelineVersion | null>();
	/** The volume that is being refreshed; null: all of them, at the beginning. */
	volume: string | null = null;

	constructor(plane: ControlPlane, namespace: string, values: KnownValues) {
		this.#timelines = new Map(plane.objects.map((timeline) => [timeline.label, timeline]));
		this.#namespace = namespace;
		this.#values = values;
	}

	note(volume: string, object: string, resourceVersion: number | null): void {
		const version = this.#timelines.get(object)?.versions.find((one) => one.resourceVersion === resourceVersion);
		this.#read.set(`${volume} ${object}`, version ?? null);
	}

	read(kind: ObjectKind, name: string): PayloadRead<Uint8Array> {
		const label = objectLabel(kind, this.#namespace, name);
		const noted = this.volume === null ? undefined : this.#read.get(`${this.volume} ${label}`);
		const timeline = this.#timelines.get(label);
		const version = noted === undefined && timeline ? liveVersion(timeline, versionIndexAt(timeline.versions, 0)) : noted;
		if (!version || version.type === 'DELETED') return { kind: 'notFound', text: `${resourceOf(kind).slice(0, -1)} "${name}" not found` };
		return { kind: 'found', state: this.#values.withValues(version.state) };
	}
}

/** What is to be done, in order of time. */
function momentsOf(events: readonly TraceEvent[], plane: ControlPlane, pod: MountedPod, view: PodView, tell: Teller): Moment[] {
	const shown = new Set(pod.volumes.map(({ volume }) => volume.name));
	const moments: Moment[] = plane.objects
		.filter(({ origin }) => origin === 'workload')
		.flatMap(({ label, versions }) =>
			versions
				.filter(({ write }) => write >= 0)
				.map(({ commit, type, changedKeys }) => ({
					at: commit,
					run: () => tell({ event: 'object', object: label, verb: VERBS[type], keys: changedKeys }),
				})),
		);
	for (const event of events) {
		const run = actionOf(event, shown, pod, view, tell);
		if (run) moments.push({ at: event.at, run });
	}
	return moments.sort((a, b) => a.at - b.at);
}

const VERBS: Readonly<Record<TimelineVersion['type'], string>> = { ADDED: 'created', MODIFIED: 'updated', DELETED: 'deleted' };

function actionOf(event: TraceEvent, shown: ReadonlySet<string>, pod: MountedPod, view: PodView, tell: Teller): (() => void) | null {
	if ('volume' in event && !shown.has(event.volume)) return null;
	switch (event.kind) {
		case 'read':
			return () => view.note(event.volume, event.object, event.result === 'found' ? event.resourceVersion : null);
		case 'swap':
			return () => {
				view.volume = event.volume;
				pod.refreshVolume(event.volume);
			};
		case 'setUpFailed':
			return () => tell({ event: 'failed', volume: event.volume, message: event.message });
		case 'settled':
			return () =>
				tell({
					event: 'settled',
					volume: event.volume,
					object: event.object,
					write: event.write,
					outcome: event.outcome,
					delaySeconds: event.delay / SECOND,
				});
		case 'containerDied':
			return () => tell({ event: 'container', container: event.container, what: 'failed', message: 'it died' });
		case 'containerStarted':
			return () => void pod.restart(event.container);
		default:
			return null;
	}
}

/** Waits for each moment and does it; ends early at `quit`. */
async function play(
	moments: readonly Moment[],
	{ from, speed, duration }: MountOptions,
	system: MountSystem,
	passed: (at: Micros) => void,
): Promise<void> {
	const stop = new AbortController();
	const lines = createInterface({ input: system.stdin, terminal: false });
	lines.on('line', (line) => {
		if (line.trim() === 'quit') stop.abort();
		else if (line.trim() !== '') system.stderr.write('while a scenario is played the only command is quit\n');
	});
	const started = Date.now();
	const end = duration === undefined ? Number.POSITIVE_INFINITY : from + duration;
	for (const { at, run } of moments) {
		if (at > end) break;
		const due = started + (at - from) / MILLISECOND / speed;
		try {
			for (let wait = due - Date.now(); wait > 0; wait = due - Date.now())
				await sleep(Math.min(wait, LONGEST_TIMER_MS), undefined, { signal: stop.signal });
		} catch {
			break;
		}
		if (stop.signal.aborted) break;
		passed(at);
		run();
	}
	lines.close();
	system.stdin.pause();
}
