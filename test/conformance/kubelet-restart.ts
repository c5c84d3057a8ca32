// The figures of a kubelet's restart, recorded and simulated: when the first and the last pod are synced, when the volumes
// are refreshed, and what it costs. Only the first seconds count, before the first periodic syncs.

import type { ActionPlan } from '../../src/cluster/plan.js';
import { simulate } from '../../src/cluster/simulate.js';
import { MILLISECOND, type Micros, SECOND } from '../../src/core/time.js';
import type { ObjectState, Workload } from '../../src/kubernetes/objects.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { at, labObject, labPlan, labPod, objectVolume, patch } from './lab-plan.js';
import type { LabLine, LabNode, LabRecording } from './lab-recording.js';
import { requestText } from './lab-requests.js';

/** Figures by name; times in seconds after the kubelet's first SyncPod. */
export type RestartFigures = ReadonlyMap<string, number>;

/** What is counted: no pod is synced a second time so soon, whatever the sync period. */
const WINDOW_SECONDS = 5;
const QUANTILES: readonly number[] = [0, 0.25, 0.5, 0.75, 1];
/** The kubelet has been running for long when it stops. */
const STOP: Micros = 100 * SECOND;
/** Both loops have the recorded machine's run times; a busy machine adds to each. */
const LOOK_SECONDS = 0.1;

/** By how much a recorded figure may lie outside of the simulated range. */
export function slackOf(figure: string, most: number): number {
	if (figure.endsWith(', s')) return LOOK_SECONDS;
	// A pass of the populator before or after ReprocessPod decides between one refresh of a pod and two (K14.1).
	if (/^(GET|refreshes)/.test(figure)) return Math.ceil(0.2 * most);
	return figure === 'FailedMount events' ? 2 : 0;
}

/** Figures of a recorded node. */
export function recordedRestart(lines: readonly LabLine[]): RestartFigures {
	const late = lines.filter(({ t }) => t > 0);
	const syncs = late.filter(({ src, what }) => src === 'kubelet log' && what === 'SyncPod enter');
	const zero = Math.min(...syncs.map(({ t }) => t));
	const early = late.filter(({ t }) => t < zero + WINDOW_SECONDS);
	const times = (wanted: (line: LabLine) => boolean): number[] => early.filter(wanted).map(({ t }) => t - zero);
	const requests = early.flatMap((line) => (line.src === 'client' && line.what === 'attempt' ? (requestText(line.request) ?? []) : []));
	return figures({
		syncs: times(({ src, what }) => src === 'kubelet log' && what === 'SyncPod enter'),
		refreshes: times(({ src, what }) => src === 'kubelet log' && what === 'SetUp succeeded'),
		swaps: times(({ src, what }) => src === 'volume' && what === '..data swapped'),
		requests,
		failedMounts: times(({ src, reason }) => src === 'kubelet event' && reason === 'FailedMount').length,
	});
}

interface Counted {
	readonly syncs: number[];
	readonly refreshes: number[];
	readonly swaps: number[];
	readonly requests: string[];
	failedMounts: number;
}

function figures({ syncs, refreshes, swaps, requests, failedMounts }: Counted): RestartFigures {
	const result = new Map<string, number>([
		['syncs', syncs.length],
		['refreshes', refreshes.length],
		['swaps', swaps.length],
		['FailedMount events', failedMounts],
	]);
	for (const [name, times] of [
		['sync', syncs],
		['swap', swaps],
	] as const) {
		const sorted = [...times].sort((a, b) => a - b);
		for (const q of QUANTILES) result.set(`${name}, quantile ${q}, s`, sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN);
	}
	for (const request of requests) result.set(request, (result.get(request) ?? 0) + 1);
	return result;
}

/** Simulates the restart of a recorded node: as many pods, the same updates while the kubelet is down, down for as long. */
export function simulatedRestart(recording: LabRecording, node: LabNode, lines: readonly LabLine[], seed: number): RestartFigures {
	const pods = [...new Set(lines.filter(({ src, pod }) => src === 'kubelet log' && pod !== '').map(({ pod }) => pod))].sort();
	const objects: ObjectState[] = pods.map((pod) => labObject('Secret', `${pod}-s`, { k: '0' }));
	const workloads: Workload[] = pods.map((pod) => labPod(pod, [objectVolume('Secret', 'v', `${pod}-s`)]));
	const driver = lines.filter(({ src }) => src === 'driver');
	const stopped = driver.find(({ what }) => what === 'stop kubelet')?.t ?? 0;
	const updates = driver.filter(({ what }) => what === 'update secret');
	const actions: ActionPlan[] = [
		at(STOP, 'restart', { kind: 'restartKubelet', target: { names: [], sharePpm: 1_000_000, stagger: 0 } }),
		...updates.map(({ t, fields }, index) => {
			const object = String(fields['object']).replace(/-s(\d+)$/, '-p$1-s');
			return at(STOP + (t - stopped) * SECOND, `update ${index}`, patch('Secret', object, fields['data'] as Record<string, string>));
		}),
	];
	const first = Math.min(...lines.filter(({ t, what }) => t > 0 && what === 'SyncPod enter').map(({ t }) => t));
	const down = Math.round((first - stopped) * SECOND);
	const plan = labPlan({
		kubernetes: recording.kubernetes,
		node,
		seed,
		duration: STOP + down + (WINDOW_SECONDS + 1) * SECOND,
		objects,
		workloads,
		actions,
		timing: { kubeletRestart: { min: down - 20 * MILLISECOND, max: down + 20 * MILLISECOND } },
	});
	return traced(plan);
}

function traced(plan: ReturnType<typeof labPlan>): RestartFigures {
	const counted: Counted = { syncs: [], refreshes: [], swaps: [], requests: [], failedMounts: 0 };
	let zero = Number.NaN;
	const trace = (event: TraceEvent): void => {
		if (event.at <= STOP) return;
		if (event.kind === 'syncStart' && Number.isNaN(zero)) zero = event.at;
		const t = (event.at - zero) / SECOND;
		if (t > WINDOW_SECONDS) return;
		if (event.kind === 'syncStart') counted.syncs.push(t);
		else if (event.kind === 'compared') counted.refreshes.push(t);
		else if (event.kind === 'swap') counted.swaps.push(t);
		else if (event.kind === 'request') counted.requests.push(requestText(event) as string);
		else if (event.kind === 'statusRequest') counted.requests.push(`${event.verb} pods`);
		else if (event.kind === 'event' && event.reason === 'FailedMount') counted.failedMounts += 1;
	};
	simulate(plan, { trace: Object.assign(trace, { withoutSwapSteps: true }) });
	return figures(counted);
}
