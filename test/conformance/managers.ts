// Conformance of the object managers: the recorded sequences of the real secret and configmap managers against those of this
// project. Every step's read result, error text and duration, every API call with all its options, and the open watches after
// each step must be the recorded ones.

import { MILLISECOND } from '../../src/core/time.js';
import type { ManagerProfile, PodReferences, ReadResult } from '../../src/kubelet/manager/manager.js';
import { objectTTL } from '../../src/kubelet/manager/object-ttl.js';
import type { Resource } from '../../src/kubernetes/objects.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import type { Agreement, Disagreement } from './agreement.js';
import { AgreementTally, sameJson } from './agreement.js';
import { ManagerHarness } from './manager-harness.js';
import { concurrentDisagreement } from './managers-concurrent.js';
import { RecordedObject, sequencesOf } from './recording.js';
import type { ScriptedCall, ScriptedObject } from './scripted-api.js';

/** Where the recordings come from. */
const KUBERNETES = '1.36.3';

const STRATEGIES = { 'managers-get': 'Get', 'managers-cache': 'Cache', 'managers-watch': 'Watch' } as const;

/** Name of a recording of object managers. */
export type ManagersArea = keyof typeof STRATEGIES;

/**
 * Checks every line of a `managers-*` recording.
 *
 * @param seed of the back-offs and watch timeouts; recorded outcomes do not depend on them, so neither may ours.
 */
export function managersAgreement(lines: readonly unknown[], area: ManagersArea, seed = 1): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, area)) {
		const fields = new RecordedObject(line, area);
		const kind = fields.string('kind');
		fields.optionalString('note');
		if (fields.string('strategy') !== STRATEGIES[area]) throw new Error(`${area}: a sequence of another strategy`);
		if (kind === 'concurrent' && area === 'managers-cache') tally.count(concurrentDisagreement(line, fields));
		else if (kind === 'table' || kind === 'random') tally.count(new Sequence(line, fields, area, seed).disagreement());
		else throw new Error(`${area}: unknown kind ${kind}`);
	}
	return tally.agreement;
}

/** What our managers did in one step. */
interface Outcome {
	readonly get: unknown;
	readonly resourceVersion: string | undefined;
	readonly calls: readonly ScriptedCall[];
	readonly openWatches: readonly string[];
}

class Sequence {
	readonly #line: unknown;
	readonly #id: string;
	readonly #area: ManagersArea;
	readonly #harness: ManagerHarness;
	readonly #pods: readonly PodReferences[];
	readonly #steps: readonly unknown[];
	readonly #cut: boolean;

	constructor(line: unknown, fields: RecordedObject, area: ManagersArea, seed: number) {
		this.#line = line;
		this.#area = area;
		this.#id = fields.string('id');
		const resource = fields.string('resource');
		if (resource !== 'secrets' && resource !== 'configmaps') throw new Error(`${this.#id}: unknown resource ${resource}`);
		const syncFrequency = (area === 'managers-watch' ? fields.number('syncFrequencyMs') : 0) * MILLISECOND;
		const profile = profileOfMode(area === 'managers-watch' ? fields.string('mode') : 'watchList');
		this.#harness = new ManagerHarness(STRATEGIES[area], resource, profile, syncFrequency, objectTTL(undefined), seed);
		this.#pods = fields.list('pods').map((pod) => podOf(pod, resource, this.#harness));
		this.#steps = fields.list('steps');
		this.#cut = fields.has('cut') && fields.boolean('cut');
		fields.end();
	}

	/** Plays all steps; the first that differs, or null. */
	disagreement(): Disagreement | null {
		const { loop, api, manager } = this.#harness;
		const recorded: RecordedObject[] = [];
		const ours: Outcome[] = [];
		for (const [index, line] of this.#steps.entries()) {
			const step = new RecordedObject(line, `${this.#id} step ${index}`);
			api.step = index;
			const at = step.number('atMs') * MILLISECOND;
			if (at !== loop.now) return { id: `${this.#id}[${index}]`, input: this.#line, recorded: { at }, ours: { at: loop.now } };
			ours.push(this.#play(step));
			recorded.push(step);
		}
		// As the recorder does: requests that are still under way end before their results are written down.
		for (const pod of this.#pods) manager.unregisterPod(pod, loop.now);
		loop.runTo(loop.now + 600_000 * MILLISECOND);
		for (const [index, step] of recorded.entries()) {
			const difference = this.#compare(step, ours[index] as Outcome, index);
			if (difference !== null) return difference;
		}
		return null;
	}

	#play(step: RecordedObject): Outcome {
		const { loop, api } = this.#harness;
		const { get, resourceVersion } = this.#operate(step);
		loop.runTo(loop.now);
		return { get, resourceVersion, calls: api.takeCalls(), openWatches: this.#area === 'managers-watch' ? api.openWatches() : [] };
	}

	#operate(step: RecordedObject): { get?: unknown; resourceVersion?: string } {
		const { loop, api, manager } = this.#harness;
		const op = step.string('op');
		switch (op) {
			case 'register':
				manager.registerPod(this.#podOf(step), loop.now);
				return {};
			case 'unregister':
				manager.unregisterPod(this.#podOf(step), loop.now);
				return {};
			case 'get': {
				const read = this.#harness.read(keyOf(step));
				loop.runUntil(() => read.result !== null);
				return { get: getOf(read.result as ReadResult<ScriptedObject>, (read.endedAt - read.startedAt) / MILLISECOND) };
			}
			case 'advance':
				loop.runTo(loop.now + step.number('ms') * MILLISECOND);
				return {};
			case 'apply': {
				const immutable = step.has('immutable') && step.boolean('immutable');
				return { resourceVersion: api.apply(keyOf(step), step.string('data'), immutable) };
			}
			case 'delete':
				return { resourceVersion: api.remove(keyOf(step)) };
			default:
				this.#script(op, step);
				return {};
		}
	}

	/** Operations that only change what the API or the node says. */
	#script(op: string, step: RecordedObject): void {
		const { api } = this.#harness;
		switch (op) {
			case 'ttl': {
				const annotation = step.optionalString('ttl');
				const unreadable = step.has('nodeError') && step.boolean('nodeError');
				this.#harness.ttl = objectTTL(unreadable ? undefined : annotation);
				return;
			}
			case 'latency':
				api.latency = (step.optionalNumber('ms') ?? 0) * MILLISECOND;
				return;
			case 'fail': {
				const rule = { verb: step.string('verb'), kind: step.string('kind'), n: step.number('n') };
				api.fails.push({ ...rule, ns: step.optionalString('ns'), name: step.optionalString('name') });
				return;
			}
			case 'lag':
				api.lag(step.has('on') && step.boolean('on'));
				return;
			case 'closeWatches':
				api.closeWatches(false);
				return;
			case 'expireWatches':
				api.closeWatches(true);
				return;
			default:
				throw new Error(`${this.#id}: unknown operation ${op}`);
		}
	}

	#podOf(step: RecordedObject): PodReferences {
		const pod = this.#pods[step.number('pod')];
		if (pod === undefined) throw new Error(`${step.where}: there is no such pod`);
		return pod;
	}

	#compare(step: RecordedObject, outcome: Outcome, index: number): Disagreement | null {
		const recorded = {
			get: step.take('get') ?? null,
			resourceVersion: step.optionalString('resourceVersion') ?? null,
			calls: step.list('calls') as ScriptedCall[],
			openWatches: step.list('openWatches'),
		};
		step.end();
		const ours = {
			get: outcome.get ?? null,
			resourceVersion: outcome.resourceVersion ?? null,
			calls: outcome.calls.map((call, at) => this.#beyondCut(call, recorded.calls[at])),
			openWatches: outcome.openWatches,
		};
		return sameJson(recorded, ours) ? null : { id: `${this.#id}[${index}]`, input: this.#line, recorded, ours };
	}

	/** A call of a cut sequence that ended in a step that is not there any more: its end cannot be compared. */
	#beyondCut(call: ScriptedCall, recorded: ScriptedCall | undefined): ScriptedCall {
		if (!this.#cut || (recorded?.doneInStep ?? 0) < this.#steps.length) return call;
		return { ...call, result: recorded?.result ?? '', doneInStep: recorded?.doneInStep ?? 0 };
	}
}

function keyOf(step: RecordedObject): string {
	return `${step.string('ns')}/${step.string('name')}`;
}

function profileOfMode(mode: string): ManagerProfile {
	if (mode !== 'watchList' && mode !== 'listWatch') throw new Error(`unknown mode ${mode}`);
	return { ...profileOf(KUBERNETES), watchListClient: mode === 'watchList' };
}

function podOf(line: unknown, resource: Resource, harness: ManagerHarness): PodReferences {
	const fields = new RecordedObject(line, 'pod');
	fields.take('spec');
	const secrets = fields.list('secretNames') as string[];
	const configMaps = fields.list('configMapNames') as string[];
	const pod = harness.pod(fields.string('ns'), fields.string('name'), fields.string('uid'), resource === 'secrets' ? secrets : configMaps);
	fields.end();
	return pod;
}

/** The result of a read as recordings write it. */
function getOf(result: ReadResult<ScriptedObject>, tookMs: number): unknown {
	if (result.kind !== 'found') return { error: result.text, tookMs };
	const { resourceVersion, data, immutable } = result.object;
	return { error: null, resourceVersion: String(resourceVersion), data, ...(immutable ? { immutable } : {}), tookMs };
}
