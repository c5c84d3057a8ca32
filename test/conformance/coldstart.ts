// Conformance of a cold start: pods were bound before the kubelet's process started, at two rate limits, under each strategy.
// Recorded and simulated are compared by what a start costs (requests by kind) and by when containers are created (K20.27).

import type { ActionPlan } from '../../src/cluster/plan.js';
import { simulate } from '../../src/cluster/simulate.js';
import { MILLISECOND, type Micros, type MicrosRange, SECOND } from '../../src/core/time.js';
import type { ObjectKind, ObjectState, Volume } from '../../src/kubernetes/objects.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { type Agreement, AgreementTally } from './agreement.js';
import { at, labObject, labPlan, labPod, objectVolume } from './lab-plan.js';
import { type LabLine, type LabNode, type LabRecording, readLab } from './lab-recording.js';
import { requestText } from './lab-requests.js';

/** Figures of one start; times in seconds after the kubelet's first SyncPod. */
export type ColdStart = ReadonlyMap<string, number>;

/** Quantiles of the creation times that are compared. */
const QUANTILES: readonly number[] = [0, 0.25, 0.5, 0.75, 1];
/** The kubelet stops here and comes back with all pods bound. */
const STOP: Micros = SECOND;

/** Simulated starts of each node, by seed. */
const SEEDS: readonly number[] = Array.from({ length: 20 }, (_, index) => index + 1);
/** The mount wait looks every 0.3 s: a creation can be off by one look. */
const LOOK_SECONDS = 0.3;
/** Requests for Secrets and ConfigMaps vary with the few syncs beyond two per pod only; status requests with the machine's speed. */
const READS_TOLERANCE = 0.02;
const STATUS_TOLERANCE = 0.15;
/** Recorded containers were created within 30 ms of a look of the mount wait. */
const ON_GRID_SECONDS = 0.05;

/** Compares every node of an `F3` recording: each recorded figure must lie in the range of the simulated starts, widened as told above. */
export function coldStartAgreement(lines: readonly unknown[]): Agreement {
	const recording = readLab(lines);
	const tally = new AgreementTally();
	for (const node of recording.nodes) {
		const own = recording.lines.filter((line) => line.node === node.name);
		const recorded = recordedColdStart(own);
		const simulated = SEEDS.map((seed) => simulatedColdStart(recording, node, own, seed));
		for (const figure of new Set([recorded, ...simulated].flatMap((start) => [...start.keys()]))) {
			const range = simulated.map((start) => start.get(figure) ?? 0);
			const [least, most] = [Math.min(...range), Math.max(...range)];
			const told = recorded.get(figure) ?? 0;
			const slack = slackOf(figure, most);
			const agrees = told >= least - slack && told <= most + slack;
			tally.count(agrees ? null : { id: `${node.name}: ${figure}`, input: node, recorded: told, ours: { least, most, slack } });
		}
		const off = Math.max(...offGrid(own));
		tally.count(off < ON_GRID_SECONDS ? null : { id: `${node.name}: looks of the mount wait`, input: node, recorded: off, ours: 0 });
	}
	return tally.agreement;
}

function slackOf(figure: string, most: number): number {
	if (figure.endsWith(', s')) return LOOK_SECONDS + ON_GRID_SECONDS;
	if (/ pods$/.test(figure)) return Math.max(1, STATUS_TOLERANCE * most);
	return /^(GET|WATCH|LIST) /.test(figure) ? Math.ceil(READS_TOLERANCE * most) : 0;
}

/** Figures of a recorded node. */
export function recordedColdStart(lines: readonly LabLine[]): ColdStart {
	const syncs = timesBy(lines, (line) => line.src === 'kubelet log' && line.what === 'SyncPod enter');
	const creations = timesBy(lines, (line) => line.src === 'runtime' && line.what === 'CreateContainer');
	const requests = lines.flatMap((line) => (line.src === 'client' && line.what === 'attempt' ? [requestText(line.request)] : []));
	const failedMounts = lines.filter((line) => line.src === 'kubelet event' && line.reason === 'FailedMount').length;
	return figures(
		syncs,
		creations,
		requests.filter((request) => request !== null),
		failedMounts,
	);
}

/** Start times by pod. */
function timesBy(lines: readonly LabLine[], wanted: (line: LabLine) => boolean): Map<string, number[]> {
	const times = new Map<string, number[]>();
	for (const line of lines) if (wanted(line)) times.set(line.pod, [...(times.get(line.pod) ?? []), line.t]);
	return times;
}

function figures(
	syncs: ReadonlyMap<string, readonly number[]>,
	creations: ReadonlyMap<string, readonly number[]>,
	requests: readonly string[],
	failedMounts: number,
): ColdStart {
	const zero = Math.min(...[...syncs.values()].flat());
	const created = [...creations.values()].flat().sort((a, b) => a - b);
	const result = new Map<string, number>([
		['pods', syncs.size],
		['containers created', created.length],
		['FailedMount events', failedMounts],
	]);
	for (const q of QUANTILES) {
		result.set(`creation of a container, quantile ${q}, s`, (created[Math.floor(q * (created.length - 1))] as number) - zero);
	}
	for (const request of requests) result.set(request, (result.get(request) ?? 0) + 1);
	return result;
}

/** How far from a point of the 0.3 s grid of its mount wait each container was created, seconds, in order. */
export function offGrid(lines: readonly LabLine[]): number[] {
	const syncs = timesBy(lines, (line) => line.src === 'kubelet log' && line.what === 'SyncPod enter');
	return lines
		.filter((line) => line.src === 'runtime' && line.what === 'CreateContainer')
		.map((line) => (line.t - (syncs.get(line.pod)?.[0] as number)) % 0.3)
		.sort((a, b) => a - b);
}

/** Which objects each pod mounts, from the volumes that were set up: `s` and `c` are one of each kind, `v00`... are Secrets. */
function volumesOf(lines: readonly LabLine[]): Map<string, string[]> {
	const volumes = new Map<string, Set<string>>();
	for (const line of lines) {
		if (line.src === 'kubelet log' && line.what === 'SetUp succeeded') {
			volumes.set(line.pod, (volumes.get(line.pod) ?? new Set()).add(line.volume));
		}
	}
	return new Map([...volumes].map(([pod, names]) => [pod, [...names].sort()]));
}

/** Simulates the start of a recorded node. */
export function simulatedColdStart(recording: LabRecording, node: LabNode, lines: readonly LabLine[], seed: number): ColdStart {
	const objects: ObjectState[] = [];
	const actions: ActionPlan[] = [at(STOP, 'restart', { kind: 'restartKubelet', target: { names: [], sharePpm: 1_000_000, stagger: 0 } })];
	for (const [pod, names] of [...volumesOf(lines)].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const volumes: Volume[] = names.map((name) => {
			const kind: ObjectKind = name === 'c' ? 'ConfigMap' : 'Secret';
			objects.push(labObject(kind, `${pod}-${name}`, { k: '0' }));
			return objectVolume(kind, name, `${pod}-${name}`);
		});
		actions.push(at(STOP + MILLISECOND, `bind ${pod}`, { kind: 'apply', objects: [], workloads: [labPod(pod, volumes)] }));
	}
	const last = Math.max(...lines.map((line) => line.t));
	const plan = labPlan({
		kubernetes: recording.kubernetes,
		node,
		seed,
		duration: STOP + Math.ceil(last * SECOND),
		objects,
		actions,
		network: { requestLatency: requestLatency(lines) },
	});
	return traced(plan);
}

/** How long this node's GETs of pods took, 10th to 90th percentile: a machine on which 50 pods start at once is busy. */
function requestLatency(lines: readonly LabLine[]): MicrosRange {
	const took = lines
		.filter((line) => line.src === 'client' && line.what === 'attempt' && line.request.startsWith('GET pods/'))
		.map((line) => (line.fields['dur'] as number) * SECOND)
		.sort((a, b) => a - b);
	const quantile = (q: number): Micros => Math.round(took[Math.floor(q * (took.length - 1))] as number);
	return { min: quantile(0.1), max: quantile(0.9) };
}

function traced(plan: ReturnType<typeof labPlan>): ColdStart {
	const [syncs, creations] = [new Map<string, number[]>(), new Map<string, number[]>()];
	const requests: string[] = [];
	let failedMounts = 0;
	const push = (times: Map<string, number[]>, event: TraceEvent & { readonly pod: string }): void => {
		times.set(event.pod, [...(times.get(event.pod) ?? []), event.at / SECOND]);
	};
	const trace = (event: TraceEvent): void => {
		if (event.kind === 'syncStart') push(syncs, event);
		else if (event.kind === 'containerStarted') push(creations, event);
		else if (event.kind === 'request') requests.push(requestText(event) as string);
		else if (event.kind === 'statusRequest') requests.push(`${event.verb} pods`);
		else if (event.kind === 'event' && event.reason === 'FailedMount') failedMounts += 1;
	};
	simulate(plan, { trace: Object.assign(trace, { withoutSwapSteps: true }) });
	return figures(syncs, creations, requests, failedMounts);
}
