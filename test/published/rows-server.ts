// Published facts about the API server and the kubelet's requests: immutability, references, polling fleets, TTLs; and the
// exact behaviours of recreated immutables, subPath mounts and one swap.

import { SECOND } from '../../src/core/time.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import type { RequestCount, VariantResult } from '../../src/measure/result.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { atMost, type Check, exactly, expectations, near, type Program, type PublishedRow, type Study } from './check.js';

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
		expectations(result),
	];
}

/** The scenario is a fiftieth of the fleet. */
const FLEET_PARTS = 50;

async function fleetChecks(study: Study): Promise<Check[]> {
	const { result } = await study.run();
	const [watch, get] = result.variants as [VariantResult, VariantResult];
	const rate = count(get, 'GET', 'perSecond') * FLEET_PARTS;
	return [
		{ ...near('Get, 5,000 nodes x 30 pods', 2000, rate, 40, 'GET/s') },
		exactly('Watch in steady state', '0 GET/s', `${count(watch, 'GET', 'perSecond') * FLEET_PARTS} GET/s`),
		expectations(result),
	];
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
	return checks;
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
	return [exactly('steps of one swap', SWAP.map(shortStep).join(', '), steps.map(shortStep).join(', '))];
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
	},
	{
		id: 'P6',
		fact: 'twenty further references to an object cause no further LIST or WATCH',
		source: 'kubernetes pkg/kubelet/util/manager tests; the other cases: npm run conformance, managers-watch',
		scenario: 'p6-references.yaml',
		check: referenceChecks,
		control: {
			mistake: 'one watch per pod instead of one per object and node',
			edits: [
				{
					file: 'kubelet/manager/watch',
					find: 'let item = this.#items[object];\n        if (item === undefined) {',
					replace: 'let item;\n        if (item === undefined) {',
				},
			],
		},
	},
	{
		id: 'P7',
		fact: '5,000 nodes x 30 pods with own Secrets: 2,000 GET/s with the jittered mean of 75 s; none under Watch',
		source: 'kubernetes#40796, KEP-1412',
		scenario: 'p7-fleet-polling.yaml',
		check: fleetChecks,
	},
	{
		id: 'P18',
		fact: 'an immutable Secret recreated under its name: nodes that reference it keep the old content, fresh nodes get the new',
		source: 'kubernetes#119733, kubernetes#131589',
		scenario: 'p18-immutable-recreated.yaml',
		check: recreatedChecks,
	},
	{
		id: 'P19',
		fact: 'order of one swap: new directory, link, rename over ..data, removal of the old directory',
		source: 'viper#284, helm#10817, kubernetes#111947',
		scenario: null,
		check: swapChecks,
		control: {
			mistake: 'files written in place',
			edits: [
				{
					file: 'projection/atomic-writer',
					find: 'const name = this.#makeTimestampDirectory();',
					replace: "const name = current === '' ? this.#makeTimestampDirectory() : current;",
				},
				{
					file: 'projection/atomic-writer',
					find: "if (current !== '')\n            removeAll(",
					replace: 'if (false)\n            removeAll(',
				},
			],
		},
	},
	{
		id: 'P20',
		fact: 'subPath mounts never update; a restarted container sees the new file (the failure of releases before 1.19 is older than the oldest profile)',
		source: 'kubernetes#50345, kubernetes#68211, kubernetes#61076',
		scenario: 'p20-subpath.yaml',
		check: subPathChecks,
	},
	{
		id: 'P23',
		fact: 'Cache: the TTL by cluster size, growing and shrinking; worst case TTL + 91.2 s',
		source: 'pkg/controller/ttl/ttl_controller.go; e2e bound 540 s',
		scenario: 'p23-ttl-by-cluster-size.yaml',
		check: ttlChecks,
		control: {
			mistake: 'a wrong boundary in the TTL table',
			edits: [{ file: 'cluster/ttl-controller', find: 'upAbove: 2_000, ttl: 60 * SECOND', replace: 'upAbove: 2_500, ttl: 60 * SECOND' }],
			set: ['replications=1'],
		},
	},
];
