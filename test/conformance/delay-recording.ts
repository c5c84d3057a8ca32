// A recorded delay run: real kubelets under one API server, random writes, and for each write and pod the instant at which
// the volume's link was swapped. Reads the three files of a run (`-samples.jsonl`, `-gaps.json`, `-load.json`) strictly: what
// the reader does not understand is an error. Formats: test/recordings/recorder/e2e/README.md.

import type { ObjectKind } from '../../src/kubernetes/objects.js';
import { type RecorderConditions, recorderConditions } from './recorder-conditions.js';
import { RecordedObject } from './recording.js';

/** The parsed files of one run. */
export interface DelayRunFiles {
	/** Lines of `-samples.jsonl`, header first. */
	readonly samples: readonly unknown[];
	readonly gaps: unknown;
	readonly load: unknown;
}

/** One write as one pod saw it; seconds since the beginning of the write window. */
export interface DelaySample {
	readonly pod: string;
	readonly podIndex: number;
	readonly object: number;
	readonly version: number;
	readonly tWriteEnd: number;
	readonly delay: number;
}

/** What was recorded of one node. */
export interface RecordedNode {
	readonly name: string;
	readonly strategy: 'Watch' | 'Cache' | 'Get';
	/** The TTL annotation in seconds; null: the node had none. */
	readonly ttlSeconds: number | null;
	readonly objects: number;
	readonly podsPerObject: number;
	readonly samples: readonly DelaySample[];
	/** Seconds between two syncs of one pod. */
	readonly gaps: readonly number[];
	/** How many objects the counted requests are about, how many there were of each kind, and what lay between two GETs. */
	readonly countedObjects: number;
	readonly requests: ReadonlyMap<string, number>;
	readonly fetchGaps: readonly number[];
	/** Mean time from the start to the end of the pod worker's sync in the window, seconds. */
	readonly meanSyncSeconds: number;
}

/** One delay run. */
export interface DelayRecording {
	readonly kind: ObjectKind;
	/** Version profile, for example "1.36". */
	readonly kubernetes: string;
	readonly syncFrequencySeconds: number;
	readonly warmUpSeconds: number;
	readonly windowSeconds: number;
	readonly conditions: RecorderConditions;
	readonly nodes: readonly RecordedNode[];
}

const KINDS: Readonly<Record<string, ObjectKind>> = { secret: 'Secret', configmap: 'ConfigMap' };
const STRATEGIES: readonly string[] = ['Watch', 'Cache', 'Get'];
const SAMPLE_FIELDS: readonly string[] = [
	'consumers',
	'delay',
	'object',
	'pod',
	'strategy',
	'syncs',
	'tSync',
	'tVisible',
	'tWriteEnd',
	'tWriteStart',
	'ttl',
];

/** Reads a run. @throws Error when a file has a field, a value or a combination that is not understood. */
export function readDelayRun(files: DelayRunFiles): DelayRecording {
	const [first, ...lines] = files.samples;
	const [header, rest] = readHeader(first, 'samples header');
	knownDocumentation(rest.fields, SAMPLE_FIELDS);
	rest.end();
	const [gapsHeader, gapsRest] = readHeader(files.gaps, 'gaps');
	const gaps = readGaps(
		gapsRest,
		header.nodes.map((node) => node.name),
	);
	const [loadHeader, loadRest] = readHeader(files.load, 'load');
	const load = new RecordedObject(loadRest.take('load'), 'load.load');
	loadRest.end();
	// The windows were measured one after the other, so they may differ by some milliseconds.
	for (const other of [gapsHeader, loadHeader]) {
		const same = JSON.stringify({ ...other, windowSeconds: 0 }) === JSON.stringify({ ...header, windowSeconds: 0 });
		if (!same || Math.abs(other.windowSeconds - header.windowSeconds) > 1) throw new Error('the files are not of one run');
	}
	const samples = lines.map((line, at) => readSample(line, `sample ${at + 1}`, header.nodes));
	const nodes = header.nodes.map((node) => ({
		...node,
		samples: samples.filter((sample) => sample.node === node.name).map((sample) => sample.sample),
		gaps: gaps.get(node.name) as readonly number[],
		...readLoad(load.take(node.name), node),
	}));
	load.end();
	return { ...header, nodes };
}

type NodeHeader = Pick<RecordedNode, 'name' | 'strategy' | 'ttlSeconds' | 'objects' | 'podsPerObject'>;
type Header = Omit<DelayRecording, 'nodes'> & { readonly nodes: readonly NodeHeader[] };

/** What a file adds to the common header; `end` complains about what nobody took. */
interface Rest {
	readonly fields: ReadonlyMap<string, string>;
	readonly take: (name: string) => unknown;
	readonly end: () => void;
}

function readHeader(value: unknown, where: string): [Header, Rest] {
	const fields = new RecordedObject(value, where);
	if (fields.take('header') !== true) throw new Error(`${where}: not a header`);
	// Prose and provenance: when it was recorded, what the file is, and the seed of the write times, which are in the samples.
	for (const told of ['what', 'beganUTC', 'writeSpacingLaw'] as const) fields.string(told);
	if (!['visible', 'holdout', 'all'].includes(fields.string('half'))) throw new Error(`${where}: unknown half`);
	fields.number('seed');
	if (fields.list('writeSpacingSeconds').length !== 2) throw new Error(`${where}: writeSpacingSeconds should be [min, max]`);
	const kind = KINDS[fields.string('kind')];
	if (kind === undefined) throw new Error(`${where}: unknown kind`);
	const version = /^v(\d+\.\d+)\.\d+$/.exec(fields.string('kubernetes'))?.[1];
	if (version === undefined) throw new Error(`${where}: not a version of Kubernetes`);
	const nodes = Object.entries(fields.take('nodes') as object).map(([name, node]) => readNode(name, node, where));
	const header: Header = {
		kind,
		kubernetes: version,
		syncFrequencySeconds: fields.number('syncFrequencySeconds'),
		warmUpSeconds: fields.number('warmUpSeconds'),
		windowSeconds: fields.number('windowSeconds'),
		conditions: recorderConditions(fields.string('conditions')),
		nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)),
	};
	const documentation = fields.strings('fields');
	// Counters of the whole API server: they include other runs of the same time and say nothing of this one.
	fields.take('apiMetrics');
	return [header, { fields: documentation, take: (name) => fields.take(name), end: () => fields.end() }];
}

function readNode(name: string, value: unknown, where: string): NodeHeader {
	const fields = new RecordedObject(value, `${where} node ${name}`);
	const strategy = fields.string('strategy');
	if (!STRATEGIES.includes(strategy)) throw new Error(`${where}: unknown strategy ${strategy}`);
	const ttl = fields.string('ttl');
	if (!/^\d*$/.test(ttl)) throw new Error(`${where}: the TTL ${ttl} is not a number of seconds`);
	const node: NodeHeader = {
		name,
		strategy: strategy as NodeHeader['strategy'],
		ttlSeconds: ttl === '' ? null : Number(ttl),
		objects: fields.number('objects'),
		podsPerObject: fields.number('podsPerObject'),
	};
	fields.end();
	return node;
}

function knownDocumentation(documented: ReadonlyMap<string, string>, known: readonly string[]): void {
	for (const name of documented.keys()) if (!known.includes(name)) throw new Error(`the header documents an unknown field ${name}`);
}

function readSample(value: unknown, where: string, nodes: readonly NodeHeader[]): { node: string; sample: DelaySample } {
	const fields = new RecordedObject(value, where);
	const name = fields.string('node');
	const node = nodes.find((candidate) => candidate.name === name);
	if (node === undefined) throw new Error(`${where}: the header has no node ${name}`);
	const podIndex = fields.number('podIndex');
	const object = Math.floor(podIndex / node.podsPerObject);
	const expected = {
		strategy: node.strategy,
		ttl: node.ttlSeconds === null ? '' : String(node.ttlSeconds),
		pod: `${name}-p${String(podIndex).padStart(3, '0')}`,
		object: `${name}-o${String(object).padStart(3, '0')}`,
	};
	for (const [field, text] of Object.entries(expected)) {
		if (fields.string(field) !== text) throw new Error(`${where}: ${field} should be ${text} by the header`);
	}
	if (fields.number('consumers') !== node.podsPerObject) throw new Error(`${where}: consumers is not podsPerObject`);
	const [version, tWriteEnd, tVisible, delay] = ['version', 'tWriteEnd', 'tVisible', 'delay'].map((field) => fields.number(field)) as [
		number,
		number,
		number,
		number,
	];
	if (Math.abs(tVisible - tWriteEnd - delay) > 5e-6) throw new Error(`${where}: delay is not tVisible - tWriteEnd`);
	// How the delay came about; the law needs only the delay.
	for (const field of ['tWriteStart', 'syncs'] as const) fields.number(field);
	fields.take('tSync');
	fields.end();
	return { node: name, sample: { pod: expected.pod, podIndex, object, version, tWriteEnd, delay } };
}

function readGaps(rest: Rest, nodes: readonly string[]): Map<string, number[]> {
	const gaps = new Map<string, number[]>(nodes.map((node) => [node, []]));
	for (const [key, value] of Object.entries(rest.take('gaps') as object)) {
		const node = key.replace(/^(visible|holdout) /, '');
		const known = gaps.get(node);
		if (known === undefined) throw new Error(`gaps: the header has no node ${node}`);
		const fields = new RecordedObject(value, `gaps of ${key}`);
		const list = fields.list('gaps') as number[];
		// Both are computed from the list.
		fields.take('histogram');
		const count = (fields.take('summary') as { count?: unknown } | undefined)?.count;
		if (count !== list.length) throw new Error(`gaps of ${key}: the summary counts ${count} of ${list.length} gaps`);
		fields.end();
		for (const gap of list) known.push(gap);
	}
	rest.end();
	return gaps;
}

function readLoad(value: unknown, node: NodeHeader): Pick<RecordedNode, 'countedObjects' | 'requests' | 'fetchGaps' | 'meanSyncSeconds'> {
	const where = `load of ${node.name}`;
	const fields = new RecordedObject(value, where);
	if (fields.string('strategy') !== node.strategy) throw new Error(`${where}: another strategy than in the header`);
	if (fields.string('ttl') !== (node.ttlSeconds === null ? '' : String(node.ttlSeconds))) throw new Error(`${where}: another TTL`);
	const countedObjects = fields.number('objects');
	if (fields.number('pods') !== countedObjects * node.podsPerObject) throw new Error(`${where}: pods are not objects x podsPerObject`);
	const requests = new Map(Object.entries(fields.take('requests') as Record<string, number>));
	const fetchGaps = fields.list('fetchGaps') as number[];
	const metrics = new RecordedObject(fields.take('restClientWholeKubelet'), `${where}: metrics`);
	const begin = syncDurations(metrics.list('begin') as string[]);
	const end = syncDurations(metrics.list('end') as string[]);
	metrics.end();
	fields.end();
	return { countedObjects, requests, fetchGaps, meanSyncSeconds: (end.sum - begin.sum) / (end.count - begin.count) };
}

/** The kubelet's own metric of how long its pod workers' syncs took. */
function syncDurations(lines: readonly string[]): { sum: number; count: number } {
	const read = (what: string): number => {
		const prefix = `kubelet_pod_worker_duration_seconds_${what}{operation_type="sync"} `;
		const line = lines.find((candidate) => candidate.startsWith(prefix));
		if (line === undefined) throw new Error(`no metric ${prefix}`);
		return Number(line.slice(prefix.length));
	};
	return { sum: read('sum'), count: read('count') };
}
