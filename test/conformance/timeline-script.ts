// Reads the scripted timelines (r4-*.jsonl): several blocks a file, each begun by a line with `begin`. What a line is follows
// from its own fields only, so that cases that nobody has seen are read as well.

import type { Micros } from '../../src/core/time.js';
import { SECOND } from '../../src/core/time.js';
import { RecordedObject } from './recording.js';
import type { Action, Block, Observation, StreamKind } from './timeline-block.js';
import { contentTextOf } from './timeline-block.js';
import { withoutAddress } from './timeline-outage.js';
import { workloadOf } from './timeline-plan.js';

/** Notes of the script that say nothing of the system under test. */
const NOTES: readonly RegExp[] = [
	/^pod running$/,
	/^pod not running after 120 s$/,
	/^result$/,
	/^volume directory$/,
	/^control plane (process gone|ready|is back)$/,
];

/** Steps of a pod's end, which the model does not time one by one; the end of its watches is compared. */
const ENDING =
	/^(SyncTerminat(ing|ed)Pod (enter|exit)|TearDown succeeded|Pod termination unmounted volumes|Pod is terminated and all volumes are cleaned up)$/;

/** The blocks of a scripted recording. */
export function scriptedBlocks(lines: readonly unknown[]): Block[] {
	const [header, ...rest] = lines;
	if (new RecordedObject(header, 'header').take('header') !== true) throw new Error('a scripted timeline begins with a header line');
	const readers: BlockReader[] = [];
	for (const line of rest) {
		const fields = new RecordedObject(line, 'timeline');
		if (fields.has('begin')) readers.push(new BlockReader(fields));
		else {
			const id = fields.string('case');
			const reader = readers.find((candidate) => candidate.id === id);
			if (reader === undefined) throw new Error(`a line of case ${id} comes before its begin`);
			reader.take(fields);
		}
	}
	return readers.map((reader) => reader.block());
}

function micros(seconds: number): Micros {
	return Math.round(seconds * SECOND);
}

class BlockReader {
	readonly id: string;
	readonly #strategy: Block['strategy'];
	readonly #syncFrequency: Micros;
	readonly #ttl: string | undefined;
	readonly #actions: Action[] = [];
	readonly #syncs = new Map<string, Micros[]>();
	readonly #observations: Observation[] = [];
	readonly #notCompared = new Map<string, number>();
	/** Attempts of reflectors during an outage, by object. */
	readonly #attempts = new Map<string, Micros[]>();
	#processGone: Micros | null = null;
	/** Last line that is not the end of a stream: the kubelets are stopped some time after a block. */
	#end: Micros = 0;

	constructor(fields: RecordedObject) {
		fields.boolean('begin');
		this.id = fields.string('case');
		fields.string('description');
		fields.string('variant');
		const strategy = fields.string('strategy');
		if (strategy !== 'Watch' && strategy !== 'Cache' && strategy !== 'Get') throw new Error(`${this.id}: unknown strategy ${strategy}`);
		this.#strategy = strategy;
		this.#syncFrequency = micros(fields.number('syncFrequencySeconds'));
		const ttl = fields.string('ttl');
		this.#ttl = ttl === '' ? undefined : ttl;
		fields.end();
	}

	take(fields: RecordedObject): void {
		const at = micros(fields.number('t'));
		const src = fields.string('src');
		if (src === 'driver') this.#driver(fields, at);
		else if (src === 'api') this.#api(fields, at);
		else if (src === 'kubelet event') this.#event(fields, at);
		else if (src === 'kubelet log') this.#log(fields, at);
		else if (src === 'volume') this.#volume(fields, at);
		else throw new Error(`${this.id}: unknown source ${src}`);
		fields.end();
	}

	block(): Block {
		const streamEnds = (one: Observation): boolean => one.stream === 'request' && one.text === 'WATCH ends';
		return {
			id: this.id,
			strategy: this.#strategy,
			objectKind: 'Secret',
			syncFrequency: this.#syncFrequency,
			ttl: this.#ttl,
			actions: this.#actions,
			before: this.#before(),
			syncs: this.#syncs,
			observations: this.#observations.filter((one) => !streamEnds(one) || one.at <= this.#end),
			end: this.#end,
			requestsFrom: 0,
			otherReads: new Map(),
			otherPods: 0,
			recorded: new Set<StreamKind>(['sync', 'volume', 'content', 'request', 'event', 'refused']),
			firstContents: true,
			processGone: this.#processGone,
			attempts: this.#attempts,
			notCompared: this.#notCompared,
		};
	}

	/** Objects that were there before the block: what they held is what a volume shows first. */
	#before(): Action[] {
		const existing = this.#observations.filter(({ stream, text }) => stream === 'refused' && text.endsWith('already exists'));
		return existing.map(({ subject }): Action => {
			const refused = this.#actions[Number(subject) - 1];
			if (refused?.kind !== 'createObject') throw new Error(`${this.id}: only a Secret can have been there before`);
			return { ...refused, at: 0, data: this.#firstContent(refused.name) ?? refused.data };
		});
	}

	#firstContent(object: string): ReadonlyMap<string, string> | undefined {
		for (const action of this.#actions) {
			if (action.kind !== 'createPod') continue;
			const volume = workloadOf(action.manifest).template.spec.volumes.find(({ secret }) => secret?.secretName === object);
			const shown = this.#observations.find(({ stream, subject }) => stream === 'content' && subject === `${action.name}/${volume?.name}`);
			if (shown !== undefined) return new Map(JSON.parse(shown.text.replace(/^first /, '')) as [string, string][]);
		}
		return undefined;
	}

	#observe(at: Micros, stream: StreamKind, subject: string, text: string, answeredAt = at): void {
		this.#observations.push({ at, stream, subject, text, answeredAt });
		if (text !== 'WATCH ends') this.#end = Math.max(this.#end, at);
	}

	#skip(reason: string): void {
		this.#notCompared.set(reason, (this.#notCompared.get(reason) ?? 0) + 1);
	}

	#driver(fields: RecordedObject, end: Micros): void {
		const what = fields.string('what');
		if (!fields.has('action')) {
			if (!NOTES.some((note) => note.test(what))) throw new Error(`${this.id}: unknown note "${what}"`);
			for (const name of [
				'pod',
				'volume',
				'exists',
				'version',
				'delay',
				'gapBetweenNudges',
				'tWriteEnd',
				'tNudgeEnd',
				'tVisible',
				'timeout',
			]) {
				fields.take(name);
			}
			if (what === 'control plane process gone') this.#processGone = end;
			this.#skip('note of the script');
			return;
		}
		const kind = fields.string('action');
		const start = fields.has('start') ? micros(fields.number('start')) : end;
		const at = Math.floor((start + end) / 2);
		const error = fields.optionalString('error');
		this.#actions.push(this.#action(kind, fields, at, end));
		if (error !== undefined) this.#observe(at, 'refused', this.#actions.length.toString(), error);
	}

	#action(kind: string, fields: RecordedObject, at: Micros, end: Micros): Action {
		switch (kind) {
			case 'createSecret':
			case 'putSecret': {
				const immutable = fields.has('immutable') ? fields.boolean('immutable') : undefined;
				const object = { name: fields.string('secret'), data: fields.strings('data') };
				// The script creates with `immutable: false` meaning that the field is not set.
				if (kind === 'createSecret') return { at, kind: 'createObject', ...object, immutable: immutable === true ? true : undefined };
				return { at, kind: 'putObject', ...object, immutable };
			}
			case 'patchSecretLabel':
				return { at, kind: 'labelObject', name: fields.string('secret') };
			case 'deleteSecret':
				return { at, kind: 'deleteObject', name: fields.string('secret') };
			case 'createPod':
				return { at, kind: 'createPod', name: fields.string('pod'), manifest: fields.take('manifest') };
			case 'deletePod':
				return { at, kind: 'deletePod', name: fields.string('pod') };
			case 'annotatePod':
				return { at, kind: 'annotatePod', name: fields.string('pod') };
			case 'stopKubelet':
			case 'startKubelet':
			case 'stopControlPlane':
			case 'startControlPlane':
				return { at: end, kind };
			default:
				throw new Error(`${this.id}: unknown action ${kind}`);
		}
	}

	#api(fields: RecordedObject, at: Micros): void {
		const received = micros(fields.number('received'));
		const resource = fields.string('resource');
		const request = fields.string('request');
		const stage = fields.string('stage');
		const object = fields.string('object');
		const code = fields.number('code');
		fields.optionalString('message');
		if (resource === 'pods' || resource === 'pods/status') this.#skip('request about the pod itself');
		else if (resource !== 'secrets' && resource !== 'configmaps') throw new Error(`${this.id}: unknown resource ${resource}`);
		else if (stage === 'ResponseComplete' && request.startsWith('WATCH')) this.#observe(at, 'request', object, 'WATCH ends');
		else if (stage === 'ResponseComplete' || stage === 'ResponseStarted')
			this.#observe(received, 'request', object, `${request} gives ${code}`, at);
		else throw new Error(`${this.id}: unknown stage ${stage}`);
	}

	#event(fields: RecordedObject, at: Micros): void {
		const text = `${fields.string('type')} ${fields.string('reason')}: ${withoutAddress(fields.string('message'))}`;
		this.#observe(at, 'event', fields.string('pod'), text);
	}

	#log(fields: RecordedObject, at: Micros): void {
		const what = fields.string('what');
		if (what === 'reflector') {
			this.#reflector(at, fields.string('object'), fields.string('message'), fields.optionalString('error') ?? '');
			return;
		}
		const pod = fields.string('pod');
		if (what === 'SyncPod enter') {
			const starts = this.#syncs.get(pod);
			if (starts === undefined) this.#syncs.set(pod, [at]);
			else starts.push(at);
		} else if (what === 'SyncPod exit') this.#observe(at, 'sync', pod, 'returns');
		else if (what === 'sync failed') {
			const error = /^err="(.*)"$/s.exec(fields.string('error'));
			if (error === null) throw new Error(`${this.id}: an error without quotes`);
			this.#observe(at, 'sync', pod, `fails: ${error[1]}`);
		} else if (what === 'SetUp succeeded') this.#observe(at, 'volume', `${pod}/${fields.string('volume')}`, 'succeeds');
		else if (what === 'SetUp failed') {
			this.#observe(at, 'volume', `${pod}/${fields.string('volume')}`, `fails, retried after ${fields.string('durationBeforeRetry')}`);
		} else if (ENDING.test(what)) this.#skip("step of a pod's end");
		else throw new Error(`${this.id}: unknown log line "${what}"`);
	}

	/** Refused attempts are in no audit log; the rest of these lines says what other lines say as well. */
	#reflector(at: Micros, object: string, message: string, error: string): void {
		const refused = message.includes('Watch failed - backing off') && error.includes('connection refused');
		const version = /[?&]resourceVersion=\d/.test(error) ? 'last' : 'unset';
		const initial = error.includes('sendInitialEvents=true') ? ' sendInitialEvents match=NotOlderThan' : '';
		if (refused) this.#observe(at, 'request', object, `WATCH rv=${version}${initial} gives connection refused`);
		else this.#skip('log line of a reflector');
		// A pause lies before each attempt that follows a failed one.
		const attempts = this.#attempts.get(object);
		if (refused && attempts === undefined) this.#attempts.set(object, [at]);
		else if (refused || message.includes('Watch closed') || message.includes('Listing and watching')) attempts?.push(at);
	}

	#volume(fields: RecordedObject, at: Micros): void {
		const what = fields.string('what');
		const subject = `${fields.string('pod')}/${fields.string('volume')}`;
		if (what === 'directory removed') {
			this.#skip("step of a pod's end");
			return;
		}
		const content = contentTextOf(fields.strings('content'));
		if (what === '..data swapped') this.#observe(at, 'content', subject, content);
		else if (what === 'found with content when first looked at') this.#observe(at, 'content', subject, `first ${content}`);
		else throw new Error(`${this.id}: unknown line of a volume "${what}"`);
	}
}
