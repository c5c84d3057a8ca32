// The second set of end-to-end recordings (`f3` to `f7`): everything that a kubelet, its API server, its container runtime and
// the recorder did, line by line, under scripts of their own. Reads them strictly; formats are in each header.

import { RecordedObject } from './recording.js';

/** One node of a run. */
export interface LabNode {
	readonly name: string;
	readonly strategy: 'Watch' | 'Cache' | 'Get';
	readonly qps: number;
	readonly burst: number;
	readonly syncSeconds: number;
	readonly ttlSeconds: number;
	/** `crashLoopBackOff.maxContainerRestartPeriod`. */
	readonly maxRestartSeconds: number;
	/** Volumes were real tmpfs and bind mounts. */
	readonly realMounts: boolean;
}

/** One line: who tells it (`src`), when, and what; the rest by name. */
export interface LabLine {
	readonly src: string;
	/** Seconds; the header's `zero` says from when. */
	readonly t: number;
	readonly node: string;
	readonly what: string;
	readonly pod: string;
	readonly volume: string;
	readonly request: string;
	readonly reason: string;
	readonly message: string;
	readonly fields: Readonly<Record<string, unknown>>;
}

/** A recording of the second set. */
export interface LabRecording {
	readonly what: string;
	/** Name of the run, which is the namespace of its objects. */
	readonly run: string;
	/** Version profile, for example "1.36". */
	readonly kubernetes: string;
	readonly nodes: readonly LabNode[];
	readonly lines: readonly LabLine[];
}

/** Fields of a line by who tells it. Anything else is an error. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
	driver: [
		...['what', 'node', 'pod', 'object', 'data', 'immutable', 'start', 'label', 'mounts', 'files', 'phase', 'restarts'],
		...['waitingReason', 'waitingMessage', 'metric', 'count', 'error', 'wanted'],
	],
	client: ['node', 'id', 'what', 'request', 'dur', 'code', 'bytes', 'how', 'error', 'retryAfter'],
	audit: ['node', 'request', 'stage', 'received', 'code', 'message'],
	'kubelet log': [...['node', 'what', 'pod', 'volume', 'delay', 'reason', 'request', 'message', 'object', 'error', 'durationBeforeRetry']],
	'kubelet event': ['node', 'pod', 'type', 'reason', 'message'],
	runtime: ['node', 'pod', 'container', 'attempt', 'what', 'env', 'mounts', 'exitCode', 'containerPath', 'content', 'hostPath'],
	volume: ['node', 'pod', 'volume', 'what', 'content'],
	api: [...['pod', 'what', 'type', 'reason', 'message', 'count', 'first', 'last', 'phase', 'restarts', 'waitingReason', 'waitingMessage']],
};

/** The header of a recording of the second set; `rest` holds what only some of them have. */
export function readLabHeader(value: unknown): Omit<LabRecording, 'lines'> & { readonly rest: RecordedObject } {
	const fields = new RecordedObject(value, 'header');
	if (fields.take('header') !== true) throw new Error('the first line is not a header');
	const version = /^v(\d+\.\d+)\.\d+$/.exec(fields.string('kubernetes'))?.[1];
	if (version === undefined) throw new Error('header: not a version of Kubernetes');
	const nodes = Object.entries(fields.take('nodes') as object).map(([name, node]) => readNode(name, node));
	const what = fields.string('what');
	// Prose and circumstances: the machine's load, where t is zero, what the fields mean.
	for (const name of ['load', 'zero'] as const) fields.string(name);
	fields.strings('fields');
	return { what, run: fields.string('run'), kubernetes: version, nodes, rest: fields };
}

function readNode(name: string, value: unknown): LabNode {
	const fields = new RecordedObject(value, `node ${name}`);
	const strategy = fields.string('strategy');
	if (strategy !== 'Watch' && strategy !== 'Cache' && strategy !== 'Get') throw new Error(`node ${name}: unknown strategy ${strategy}`);
	const node: LabNode = {
		name,
		strategy,
		qps: fields.number('qps'),
		burst: fields.number('burst'),
		syncSeconds: fields.number('syncSeconds'),
		ttlSeconds: Number(fields.string('ttl')),
		maxRestartSeconds: fields.number('maxRestartSeconds'),
		realMounts: fields.boolean('realMounts'),
	};
	fields.end();
	return node;
}

/** Reads a recording whose lines are told by sources. @throws Error for a source or a field that is not known. */
export function readLab(lines: readonly unknown[]): LabRecording {
	const [first, ...rest] = lines;
	const header = readLabHeader(first);
	// Made from the lines for the reader of the file.
	header.rest.take('openWatches');
	header.rest.take('openWatchesField');
	header.rest.end();
	const { what, run, kubernetes, nodes } = header;
	return { what, run, kubernetes, nodes, lines: rest.map(readLine) };
}

function readLine(value: unknown, index: number): LabLine {
	const fields = value as Readonly<Record<string, unknown>>;
	const src = fields['src'];
	const known = typeof src === 'string' ? FIELDS[src] : undefined;
	if (known === undefined || typeof src !== 'string') throw new Error(`line ${index + 2}: unknown source ${String(src)}`);
	for (const name of Object.keys(fields)) {
		if (name !== 't' && name !== 'src' && !known.includes(name)) throw new Error(`line ${index + 2}: unknown field ${name} of ${src}`);
	}
	const text = (name: string): string => {
		const field = fields[name];
		return typeof field === 'string' ? field : '';
	};
	if (typeof fields['t'] !== 'number') throw new Error(`line ${index + 2}: t is not a number`);
	return {
		src,
		t: fields['t'],
		node: text('node'),
		what: text('what'),
		pod: text('pod'),
		volume: text('volume'),
		request: text('request'),
		reason: text('reason'),
		message: text('message'),
		fields,
	};
}
