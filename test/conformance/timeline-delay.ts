// Reads the timelines of the delay runs (*-timelines.jsonl): two objects of each node and up to three of their pods, one block
// a node. Where more pods share an object, the reads of those that are not shown are found by what nobody else explains.

import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { ObjectKind } from '../../src/kubernetes/objects.js';
import { RecordedObject } from './recording.js';
import type { Action, Block, Observation, StreamKind } from './timeline-block.js';
import { contentTextOf } from './timeline-block.js';

/** A GET belongs to the SetUp that ends within this time after its response. */
const READ_BEFORE_END: Micros = 60 * MILLISECOND;

interface NodeFacts {
	readonly strategy: Block['strategy'];
	readonly ttl: string | undefined;
	readonly podsPerObject: number;
}

/** The blocks of a delay run's timelines. */
export function delayBlocks(lines: readonly unknown[]): Block[] {
	const [first, ...rest] = lines;
	const header = new RecordedObject(first, 'header');
	if (header.take('header') !== true) throw new Error('a timeline begins with a header line');
	const kind = header.string('kind');
	if (kind !== 'secret' && kind !== 'configmap') throw new Error(`unknown kind of object ${kind}`);
	const syncFrequency = Math.round(header.number('syncFrequencySeconds') * SECOND);
	const readers = new Map<string, NodeReader>();
	for (const [name, facts] of Object.entries(header.take('nodes') as Record<string, unknown>)) {
		readers.set(name, new NodeReader(name, kind === 'secret' ? 'Secret' : 'ConfigMap', syncFrequency, factsOf(facts)));
	}
	for (const line of rest) {
		const fields = new RecordedObject(line, 'timeline');
		const reader = readers.get(fields.string('node'));
		if (reader === undefined) throw new Error('a line of a node that the header does not name');
		reader.take(fields);
	}
	return [...readers.values()].map((reader) => reader.block());
}

function factsOf(value: unknown): NodeFacts {
	const fields = new RecordedObject(value, 'node');
	const strategy = fields.string('strategy');
	if (strategy !== 'Watch' && strategy !== 'Cache' && strategy !== 'Get') throw new Error(`unknown strategy ${strategy}`);
	const ttl = fields.string('ttl');
	fields.number('objects');
	const facts = { strategy, ttl: ttl === '' ? undefined : ttl, podsPerObject: fields.number('podsPerObject') } as const;
	fields.end();
	return facts;
}

interface Seen {
	readonly at: Micros;
	readonly text: string;
	readonly answeredAt: Micros;
}

class NodeReader {
	readonly #name: string;
	readonly #kind: ObjectKind;
	readonly #syncFrequency: Micros;
	readonly #facts: NodeFacts;
	readonly #syncs = new Map<string, Micros[]>();
	readonly #ends = new Map<string, Micros[]>();
	readonly #setUps = new Map<string, Micros[]>();
	readonly #visible = new Map<string, { readonly at: Micros; readonly version: number }[]>();
	readonly #writes = new Map<string, { readonly at: Micros; readonly version: number }[]>();
	readonly #requests = new Map<string, Seen[]>();

	constructor(name: string, kind: ObjectKind, syncFrequency: Micros, facts: NodeFacts) {
		this.#name = name;
		this.#kind = kind;
		this.#syncFrequency = syncFrequency;
		this.#facts = facts;
	}

	take(fields: RecordedObject): void {
		const at = Math.round(fields.number('t') * SECOND);
		const src = fields.string('src');
		if (src === 'request') this.#request(fields, at);
		else if (src === 'write') {
			const x = new RecordedObject(fields.take('x'), 'write');
			const start = Math.round(x.number('tStart') * SECOND);
			push(this.#writes, fields.string('object'), { at: Math.floor((start + at) / 2), version: x.number('version') });
			x.end();
		} else if (src === 'visible') {
			const x = new RecordedObject(fields.take('x'), 'visible');
			push(this.#visible, fields.string('pod'), { at, version: x.number('version') });
			x.end();
		} else if (src === 'sync') push(this.#syncs, fields.string('pod'), at);
		else if (src === 'syncEnd') push(this.#ends, fields.string('pod'), at);
		else if (src === 'setUpDone') push(this.#setUps, fields.string('pod'), at);
		else throw new Error(`${this.#name}: unknown source ${src}`);
		fields.end();
	}

	#request(fields: RecordedObject, received: Micros): void {
		const x = new RecordedObject(fields.take('x'), 'request');
		const request = x.string('request');
		const stage = x.string('stage');
		const stageAt = Math.round(x.number('tStage') * SECOND);
		const code = x.number('code');
		x.end();
		const object = fields.string('object');
		if (stage === 'ResponseComplete' && request.startsWith('WATCH'))
			push(this.#requests, object, { at: stageAt, text: 'WATCH ends', answeredAt: stageAt });
		else if (stage === 'ResponseComplete' || stage === 'ResponseStarted')
			push(this.#requests, object, { at: received, text: `${request} gives ${code}`, answeredAt: stageAt });
		else throw new Error(`${this.#name}: unknown stage ${stage}`);
	}

	block(): Block {
		const everything = [...this.#syncs.values(), ...this.#ends.values(), ...this.#setUps.values()].flat();
		const last = Math.max(...everything, ...[...this.#visible.values()].flat().map(({ at }) => at));
		// Times count from the beginning of the write window; a block begins with its first line.
		const shift = -Math.min(...everything) + SECOND;
		const shown = [...this.#syncs.keys()];
		const otherReads = new Map<string, Micros[]>();
		for (const object of this.#requests.keys())
			otherReads.set(
				object,
				this.#unexplained(object).map((at) => at + shift),
			);
		const shared = this.#facts.podsPerObject > 1;
		return {
			id: this.#name,
			strategy: this.#facts.strategy,
			objectKind: this.#kind,
			syncFrequency: this.#syncFrequency,
			ttl: this.#facts.ttl,
			actions: this.#actions(shift),
			before: [],
			syncs: new Map([...this.#syncs].map(([pod, starts]) => [pod, starts.map((at) => at + shift)])),
			observations: this.#observations(last).map((one) => ({ ...one, at: one.at + shift, answeredAt: (one.answeredAt ?? one.at) + shift })),
			end: last + shift,
			requestsFrom: shared ? shift : 0,
			otherReads: shared ? otherReads : new Map(),
			otherPods: shared
				? this.#facts.podsPerObject - shown.filter((pod) => this.#objectOf(pod) === this.#objectOf(shown[0] as string)).length
				: 0,
			recorded: new Set<StreamKind>(['sync', 'volume', 'content', 'request']),
			firstContents: false,
			processGone: null,
			attempts: new Map(),
			notCompared: new Map(),
		};
	}

	/** Pods are numbered over the node, those of one object one after the other (recorder: delay.go). */
	#objectOf(pod: string): string {
		const number = /-p(\d+)$/.exec(pod);
		if (number === null) throw new Error(`${pod} is no pod of a delay run`);
		return `${this.#name}-o${String(Math.floor(Number(number[1]) / this.#facts.podsPerObject)).padStart(3, '0')}`;
	}

	#actions(shift: Micros): Action[] {
		const actions: Action[] = [];
		for (const name of this.#requests.keys()) {
			actions.push({ at: 0, kind: 'createObject', name, data: new Map([['payload', '0']]), immutable: undefined });
			for (const { at, version } of this.#writes.get(name) ?? []) {
				actions.push({ at: at + shift, kind: 'putObject', name, data: new Map([['payload', String(version)]]), immutable: undefined });
			}
		}
		for (const [pod, starts] of this.#syncs) {
			const manifest = podManifest(pod, this.#kind, this.#objectOf(pod));
			actions.push({ at: (starts[0] as Micros) + shift, kind: 'createPod', name: pod, manifest });
		}
		return actions.sort((a, b) => a.at - b.at);
	}

	#observations(last: Micros): Observation[] {
		const list: Observation[] = [];
		for (const [pod, ends] of this.#ends) for (const at of ends) list.push({ at, stream: 'sync', subject: pod, text: 'returns' });
		for (const [pod, ends] of this.#setUps)
			for (const at of ends) list.push({ at, stream: 'volume', subject: `${pod}/vol`, text: 'succeeds' });
		for (const [pod, swaps] of this.#visible) {
			for (const { at, version } of swaps) {
				list.push({ at, stream: 'content', subject: `${pod}/vol`, text: contentTextOf([['payload', String(version)]]) });
			}
		}
		for (const [object, requests] of this.#requests) {
			for (const one of requests)
				if (one.text !== 'WATCH ends' || one.at <= last) list.push({ ...one, stream: 'request', subject: object });
		}
		return list.sort((a, b) => a.at - b.at);
	}

	/** GETs of an object that belong to no SetUp of a pod that is shown. */
	#unexplained(object: string): Micros[] {
		const ends = [...this.#setUps].flatMap(([pod, all]) => (this.#objectOf(pod) === object ? all : [])).sort((a, b) => a - b);
		const left = (this.#requests.get(object) ?? []).filter(({ text }) => text.startsWith('GET'));
		for (const end of ends) {
			const index = left.findLastIndex(({ answeredAt }) => answeredAt <= end && answeredAt >= end - READ_BEFORE_END);
			if (index >= 0) left.splice(index, 1);
		}
		return left.map(({ at }) => at);
	}
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
	const list = map.get(key);
	if (list === undefined) map.set(key, [value]);
	else list.push(value);
}

/** A pod as delay.go makes it. */
export function podManifest(name: string, kind: ObjectKind, object: string): unknown {
	const source = kind === 'Secret' ? { secret: { secretName: object } } : { configMap: { name: object } };
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: { name },
		spec: {
			automountServiceAccountToken: false,
			terminationGracePeriodSeconds: 1,
			containers: [
				{
					name: 'main',
					image: 'example.invalid/app:1',
					imagePullPolicy: 'IfNotPresent',
					volumeMounts: [{ name: 'vol', mountPath: '/mnt/vol' }],
				},
			],
			volumes: [{ name: 'vol', ...source }],
		},
	};
}
