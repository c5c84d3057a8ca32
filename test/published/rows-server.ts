// Published facts about the API server and the kubelet's requests: immutability, references, polling fleets, TTLs; and the
// exact behaviours of recreated immutables, subPath mounts and one swap.

import { SECOND } from '../../src/core/time.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import type { RequestCount, VariantResult } from '../../src/measure/result.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import {
	IMMUTABLE_FORGOTTEN,
	NO_JITTER,
	SUBPATH_NOT_BOUND_ANEW,
	SWEEP_STOPS_UNSYNCED,
	UNSETTING_ALLOWED,
	WATCH_PER_POD,
	WRITTEN_IN_PLACE,
	WRONG_TTL_TABLE,
} from '../support/mistakes.js';
import { atMost, type Check, exactly, expectations, near, type Program, type PublishedRow, type Study, wrongProgram } from './check.js';
import { type SwapEvents, watchTwoSwaps } from './volume-watch.js';
import { watchManagerChecks } from './watch-manager.js';

function count(variant: VariantResult, verb: string, figure: 'count' | 'perSecond' = 'count'): number {
	const rows = variant.apiserver.requests.filter((row: RequestCount) => row.verb === verb && row.resource === 'secrets');
	return rows.reduce((sum, row) => sum + row[figure], 0);
}

async function immutabilityChecks(study: Study): Promise<Check[]> {
	const { partial, result } = await study.run();
	const [segment] = partial.segments;
	const refused = segment?.plane.refusals ?? [];
	return [
		exactly('accepted: a label and the deletion, of a Secret and a ConfigMap', 4, segment?.plane.writes.length ?? 0),
		exactly('refused: data and un-setting, of a Secret and a ConfigMap', 4, refused.length),
		exactly(
			'in the words of the API server',
			4,
			refused.filter((text) => text.includes('Forbidden: field is immutable when `immutable` is set')).length,
		),
		expectations(result),
	];
}

async function referenceChecks(study: Study): Promise<Check[]> {
	const { result } = await study.run();
	const requests = (variant: VariantResult): string => `${count(variant, 'LIST')} LIST, ${count(variant, 'WATCH')} WATCH`;
	const [before, now] = result.variants as [VariantResult, VariantResult];
	return [
		exactly('21 references, Kubernetes 1.34', '1 LIST, 1 WATCH', requests(before)),
		exactly('21 references, Kubernetes 1.36', '0 LIST, 1 WATCH', requests(now)),
		...watchManagerChecks(study.program.createManager),
		expectations(result),
	];
}

/** Published rates of the fleet in GETs a second, and how near they must be met. */
const STRICT_RATE = 2500;
const JITTERED_RATE = 2000;
const RATE_TOLERANCE = 0.02;

async function fleetChecks(study: Study): Promise<Check[]> {
	const { result } = await study.run();
	const [watch, get] = result.variants as [VariantResult, VariantResult];
	const rate = (variant: VariantResult, verb: string): number => count(variant, verb, 'perSecond');
	const checks = [
		near('Get, gaps of 61 to 90 s', JITTERED_RATE, rate(get, 'GET'), RATE_TOLERANCE * JITTERED_RATE, 'GET/s'),
		exactly('Watch in steady state', '0 GET/s, 0 LIST/s', `${rate(watch, 'GET')} GET/s, ${rate(watch, 'LIST')} LIST/s`),
		expectations(result),
	];
	if (study.isSmall) return checks;
	// The older figure is what the fleet would do if syncs were not jittered, so the mistake of the control gives it.
	const strict = await wrongProgram('P7-strict', NO_JITTER.edits);
	const onlyGet = await study.plan('cluster.kubelet.configMapAndSecretChangeDetectionStrategy=Get', 'expect=[]');
	const [unjittered] = strict.library.summarise(strict.library.simulate(onlyGet)).variants as [VariantResult];
	checks.push(near('Get, if gaps were a strict 60 s', STRICT_RATE, rate(unjittered, 'GET'), RATE_TOLERANCE * STRICT_RATE, 'GET/s'));
	return checks;
}

/** Events of one run. */
async function traced(study: Study): Promise<TraceEvent[]> {
	const events: TraceEvent[] = [];
	study.program.library.simulate(await study.plan(), { trace: (event) => events.push(event) });
	return events;
}

async function recreatedChecks(study: Study): Promise<Check[]> {
	const events = await traced(study);
	const writes = events.filter((event) => event.kind === 'write').map((event) => event.resourceVersion);
	const [, second] = writes;
	const lastRead = (pod: string): string => {
		const reads = events.filter((event) => event.kind === 'read' && event.pod === `default/${pod}` && event.result === 'found');
		const last = reads.at(-1);
		if (last?.kind !== 'read' || last.resourceVersion === null) return 'nothing';
		return last.resourceVersion === second ? 'the new content' : 'the old content';
	};
	return [
		exactly('accepted writes: the deletion and the new object', 2, writes.length),
		exactly('the pod that was there', 'the old content', lastRead('settled')),
		exactly('a new pod on the same node', 'the old content', lastRead('newcomer-on-node-1')),
		exactly('a new pod on a fresh node', 'the new content', lastRead('newcomer-on-node-2')),
		expectations((await study.run()).result),
	];
}

/** What the containers of the scenario see of the subPath, in the order of their starts. */
async function subPathChecks(study: Study): Promise<Check[]> {
	const events = await traced(study);
	const views = events.filter((event) => event.kind === 'containerStarted').map((event) => event.sees.join());
	const shown = (text: string): string => contentOfText(text).fingerprint.slice(0, 8);
	const refreshed = events.filter((event) => event.kind === 'swap').length;
	return [
		exactly('mounts that never follow', 5, (await study.run()).result.variants[0]?.propagation.neverUpdating.subPath ?? 0),
		exactly('volumes that were refreshed beside them', 5, refreshed),
		exactly('containers started by the restart that see the new file', 5, views.filter((view) => view.includes(shown('second'))).length),
		exactly('starts that fail', 0, events.filter((event) => event.kind === 'event' && event.type === 'Warning').length),
	];
}

/** Nodes, nodes before, TTL in seconds. */
const FLEETS: readonly (readonly [number, number | null, number])[] = [
	[100, null, 0],
	[101, null, 15],
	[2000, null, 60],
	[2001, null, 300],
	[1900, null, 60],
	[1900, 2001, 300],
];
/** Longest gap between two syncs and the loops, K2.4 and K3.6. */
const LONGEST_GAP = 91.2;

async function ttlChecks(study: Study): Promise<Check[]> {
	const checks: Check[] = [];
	for (const [nodes, before, ttl] of FLEETS) {
		const set = [`cluster.nodes=${nodes}`, ...(before === null ? [] : [`cluster.previousNodes=${before}`]), 'expect=[]'];
		const plan = await study.plan(...set);
		const plane = study.program.controlPlane(plan.variants[0] as (typeof plan.variants)[number], plan.seed, 0);
		const annotated = (plane.ttlSteps[0]?.ttl as number) / SECOND;
		const name = before === null ? `${nodes} nodes` : `${nodes} nodes, before ${before}`;
		const { result } = await study.run(...set);
		checks.push(
			exactly(`${name}: TTL`, `${ttl} s`, `${annotated} s`),
			atMost(`${name}: longest delay`, ttl + LONGEST_GAP, result.variants[0]?.propagation.delaySeconds.max ?? null),
		);
	}
	return [...checks, await sameAsGet(study)];
}

/** Up to 100 nodes the TTL is 0: with an API server that answers at once, Cache and Get see every write at the same instant. */
async function sameAsGet(study: Study): Promise<Check> {
	const settled = async (strategy: string): Promise<(number | null)[]> => {
		const { partial } = await study.run(
			'cluster.nodes=100',
			'cluster.network.requestLatency=0s',
			'cluster.network.watchCacheLag=0s',
			`cluster.kubelet.configMapAndSecretChangeDetectionStrategy=${strategy}`,
			'expect=[]',
		);
		return [...study.program.library.sampleRows(partial)].map(({ settledSeconds }) => settledSeconds);
	};
	const cache = await settled('Cache');
	const get = await settled('Get');
	const different = cache.filter((seconds, index) => seconds !== get[index]).length;
	return exactly('100 nodes: writes that Cache and Get see at different instants', `0 of ${get.length}`, `${different} of ${cache.length}`);
}

/** What one swap changes on the disk, in order, as an inotify watch on the volume directory sees it. */
const SWAP: readonly string[] = [
	'make the directory ..new',
	'write ..new/key',
	'link ..data_tmp -> ..new',
	'rename ..data_tmp over ..data: from here on readers see the new files',
	'remove ..old with all that is in it',
];

async function swapChecks({ program }: { readonly program: Program }): Promise<Check[]> {
	const file = (text: string) => [{ path: 'key', content: contentOfText(text), mode: 0o644 }];
	const steps = program.swapSteps(file('old'), file('new')).filter((step) => !step.startsWith('read') && !step.startsWith('compare'));
	const [first, second] = (await watchTwoSwaps(program.SecretVolume)) as [SwapEvents, SwapEvents];
	return [
		exactly('steps of one swap in the model', SWAP.map(shortStep).join(', '), steps.map(shortStep).join(', ')),
		...[first, second].map(({ directory }, index) =>
			exactly(`inotify on a real volume, swap ${index + 1}`, SEEN.join(', '), inOrder(directory)),
		),
		exactly('inotify on the file of a key', 'its removal; then nothing', `${removal(first.file)}; then ${removal(second.file)}`),
	];
}

/** Names that a watch on the volume directory reports: made, made and moved, moved onto, removed. */
const SEEN: readonly string[] = ['..new', '..data_tmp', '..data', '..old'];

/** Several events of one name in a row (made, mode set; made, moved away) are told once. */
function inOrder(events: readonly string[]): string {
	const names = events.map((event) => event.split(' ')[1] as string);
	return names.filter((name, index) => name !== names[index - 1]).join(', ');
}

/** One removal is a change of attributes (the last link), the deletion, and the end of the watch. */
function removal(events: readonly string[]): string {
	if (events.length === 0) return 'nothing';
	return events.join() === 'change,rename,rename' ? 'its removal' : events.join(', ');
}

function shortStep(step: string): string {
	return step.split(':')[0] as string;
}

/** Rows about requests, rules and exact behaviour. */
export const SERVER_ROWS: readonly PublishedRow[] = [
	{
		id: 'P5',
		fact: 'an immutable object: data update and un-setting are refused, a label update and the deletion are accepted',
		source: 'kubernetes test/e2e/common/storage',
		scenario: 'p5-immutable-rules.yaml',
		check: immutabilityChecks,
		controls: [UNSETTING_ALLOWED],
	},
	{
		id: 'P6',
		fact: 'watch-based manager: twenty further references cause no further request; five cases of immutability; stopped when idle for 90 s of at most 60 s, and started by a read; not stopped while its first list runs, when reads fail with "failed to sync"',
		source: 'kubernetes pkg/kubelet/util/manager/watch_based_manager_test.go',
		scenario: 'p6-references.yaml',
		check: referenceChecks,
		controls: [WATCH_PER_POD, SWEEP_STOPS_UNSYNCED, IMMUTABLE_FORGOTTEN],
	},
	{
		id: 'P7',
		fact: '5,000 nodes x 30 pods with own Secrets: 2,500 GET/s at a strict 60 s, 2,000 GET/s with the jittered mean of 75 s; none under Watch',
		source: 'kubernetes#40796, KEP-1412',
		scenario: 'p7-fleet-polling.yaml',
		check: fleetChecks,
		controls: [{ ...NO_JITTER, set: ['duration=6m'] }],
	},
	{
		id: 'P18',
		fact: 'an immutable Secret recreated under its name: nodes that reference it keep the old content, fresh nodes get the new',
		source: 'kubernetes#119733, kubernetes#131589',
		scenario: 'p18-immutable-recreated.yaml',
		check: recreatedChecks,
		controls: [IMMUTABLE_FORGOTTEN],
	},
	{
		id: 'P19',
		fact: 'order of one swap as inotify sees it: new directory, link, rename over ..data, removal of the old directory; a watch on the key file sees the removal and then nothing more',
		source: 'viper#284, helm#10817, kubernetes#111947',
		scenario: null,
		check: swapChecks,
		controls: [WRITTEN_IN_PLACE],
	},
	{
		id: 'P20',
		fact: 'subPath mounts never update; a restarted container sees the new file (the failure of releases before 1.19 is older than the oldest profile)',
		source: 'kubernetes#50345, kubernetes#68211, kubernetes#61076',
		scenario: 'p20-subpath.yaml',
		check: subPathChecks,
		controls: [SUBPATH_NOT_BOUND_ANEW],
	},
	{
		id: 'P23',
		fact: 'Cache: up to 100 nodes the law of Get; the TTL by cluster size, growing and shrinking; worst case TTL + 91.2 s',
		source: 'pkg/controller/ttl/ttl_controller.go; e2e bound 540 s',
		scenario: 'p23-ttl-by-cluster-size.yaml',
		check: ttlChecks,
		controls: [{ ...WRONG_TTL_TABLE, set: ['replications=1'] }],
	},
];
