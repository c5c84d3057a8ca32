// Overlapping reads of the Cache strategy. The recordings describe these cases in words; the words are read here.

import { HOUR, MILLISECOND } from '../../src/core/time.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import type { Disagreement } from './agreement.js';
import { sameJson } from './agreement.js';
import type { HarnessRead } from './manager-harness.js';
import { ManagerHarness } from './manager-harness.js';
import type { RecordedObject } from './recording.js';

const LATENCY = 150 * MILLISECOND;

/** One sentence of a script: what it looks like and what it does. */
type Rule = readonly [RegExp, (play: Play, words: readonly string[]) => void];

const RULES: readonly Rule[] = [
	[/^(\d+) ms later:? (.*)$/, (play, [ms, rest]) => play.later(Number(ms), rest as string)],
	[/^register (\w+)$/, (play, [pod]) => play.register(pod as string)],
	[/^unregister (\w+)$/, (play, [pod]) => play.unregister(pod as string)],
	[/^apply (\w+) \((\d+)\)$/, (play, [name, version]) => play.apply(name as string, version as string)],
	[/^the next GET fails with (\d+)$/, (play, [kind]) => play.fail(kind as string)],
	[/^read (\d) begins \(a GET takes 150 ms\)$/, (play, [read]) => play.begin([read as string])],
	[/^reads (\d) and (\d) begin$/, (play, reads) => play.begin(reads)],
	[/^read (\d)(?: begins)?$/, (play, [read]) => play.begin([read as string])],
	[/^read (\d) ends$/, (play, [read]) => play.end([read as string])],
	[/^both end$/, (play) => play.end(play.begun())],
];

/** Plays a `concurrent` sequence; `kind`, `note` and `strategy` have been taken. */
export function concurrentDisagreement(line: unknown, fields: RecordedObject): Disagreement | null {
	const id = fields.string('id');
	if (fields.string('resource') !== 'secrets') throw new Error(`${id}: concurrent sequences are about Secrets`);
	const play = new Play();
	for (const sentence of fields.list('script')) play.say(sentence as string);
	play.end(play.begun());
	const recorded = { reads: fields.list('reads'), gets: fields.number('gets') };
	fields.end();
	const ours = { reads: play.results(), gets: play.gets() };
	return sameJson(recorded, ours) ? null : { id, input: line, recorded, ours };
}

class Play {
	readonly #harness = new ManagerHarness('Cache', 'secrets', profileOf('1.36.3'), 0, HOUR);
	readonly #reads = new Map<string, HarnessRead>();

	constructor() {
		this.#harness.api.latency = LATENCY;
	}

	say(sentence: string): void {
		for (const [pattern, act] of RULES) {
			const match = pattern.exec(sentence);
			if (match === null) continue;
			act(this, match.slice(1));
			return;
		}
		// Several things at the same time.
		const parts = sentence.split(', ');
		if (parts.length < 2) throw new Error(`cannot read the script "${sentence}"`);
		for (const part of parts) this.say(part);
	}

	later(ms: number, rest: string): void {
		this.#harness.loop.runTo(this.#harness.loop.now + ms * MILLISECOND);
		this.say(rest);
	}

	register(uid: string): void {
		this.#harness.manager.registerPod(this.#harness.pod('ns', uid, uid, ['a']), this.#harness.loop.now);
	}

	unregister(uid: string): void {
		this.#harness.manager.unregisterPod(this.#harness.pod('ns', uid, uid, ['a']), this.#harness.loop.now);
	}

	apply(name: string, version: string): void {
		const given = this.#harness.api.apply(`ns/${name}`, '1', false);
		if (given !== version) throw new Error(`the script says version ${version}, the API gave ${given}`);
	}

	fail(kind: string): void {
		this.#harness.api.fails.push({ verb: 'get', kind, ns: undefined, name: undefined, n: 1 });
	}

	begin(names: readonly string[]): void {
		for (const name of names) this.#reads.set(name, this.#harness.read('ns/a'));
	}

	begun(): string[] {
		return [...this.#reads.keys()];
	}

	end(names: readonly string[]): void {
		for (const name of names) {
			const read = this.#reads.get(name);
			if (read === undefined) throw new Error(`read ${name} has not begun`);
			this.#harness.loop.runUntil(() => read.result !== null);
		}
	}

	results(): unknown[] {
		return [...this.#reads].map(([read, { result }]) => {
			if (result === null) throw new Error(`read ${read} has not ended`);
			if (result.kind !== 'found') return { read, error: result.text };
			return { read, error: null, resourceVersion: String(result.object.resourceVersion) };
		});
	}

	gets(): number {
		return this.#harness.api.takeCalls().filter(({ verb }) => verb === 'get').length;
	}
}
