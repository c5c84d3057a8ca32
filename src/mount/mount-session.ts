// A running `mount`: the pod's volumes, the objects behind them, and the ways in which these change: manifest files, a
// timer, commands on standard input. Everything that changes an object goes through here and becomes at most one swap a volume.

import type { ObjectState } from '../kubernetes/objects.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import { splitCommand } from './command-words.js';
import { InputError } from './input-error.js';
import { type ChangeResult, type LiveObjects, labelOf, type ObjectName } from './live-objects.js';
import type { ManifestChanges } from './manifest-watch.js';
import type { MountEvent } from './mount-events.js';
import type { MountLayout } from './mount-layout.js';
import type { MountedPod } from './mounted-pod.js';
import { parseChanges, ValueText } from './value-text.js';

/** Commands that standard input takes, with their help. */
export const COMMANDS: readonly (readonly [string, string])[] = [
	['update OBJECT KEY=VALUE... KEY-...', 'change or remove keys: update Secret/db password={{ random 16 }} old-'],
	['', 'a VALUE with spaces or line breaks: motd="two\\nlines" or motd=\'as it is\''],
	['delete OBJECT', 'delete an object; files of volumes that are not optional stay'],
	['recreate OBJECT [KEY=VALUE...]', 'delete and create it again, also an immutable one'],
	['restart-container [NAME]', 'resolve subPath mounts anew'],
	['status', 'say what is mounted'],
	['help', 'list these commands'],
	['quit', 'remove everything and end'],
];

/** `PATH=VALUE` of `--set`, read. */
export interface TimedChange {
	readonly object: ObjectName;
	readonly key: string;
	readonly value: ValueText;
}

/**
 * Reads `Secret/name.key=value` of `--set`.
 *
 * @throws InputError when it is something else, or no object of that name is known.
 */
export function parseSetting(objects: LiveObjects, text: string): TimedChange {
	const equals = text.indexOf('=');
	if (equals <= 0) throw new InputError('--set takes KIND/NAME.KEY=VALUE, for example Secret/db.password={{ random 16 }}');
	const { object, key } = objects.parseKey(text.slice(0, equals));
	return { object, key, value: new ValueText(`${labelOf(object)}.${key}`, text.slice(equals + 1)) };
}

/** What a session works on. */
export interface MountSessionOptions {
	readonly pod: MountedPod;
	readonly objects: LiveObjects;
	readonly layout: MountLayout;
	readonly tell: (event: MountEvent) => void;
	/** What is told once all volumes are there, when some had to wait. */
	readonly ready: () => MountEvent;
	/** Takes lines of help and status, for people. */
	readonly say: (line: string) => void;
}

/** The session. */
export class MountSession {
	readonly #pod: MountedPod;
	readonly #objects: LiveObjects;
	readonly #layout: MountLayout;
	readonly #tell: (event: MountEvent) => void;
	readonly #say: (line: string) => void;
	readonly #ready: () => MountEvent;
	#commands = 0;

	constructor({ pod, objects, layout, tell, ready, say }: MountSessionOptions) {
		this.#pod = pod;
		this.#objects = objects;
		this.#layout = layout;
		this.#tell = tell;
		this.#ready = ready;
		this.#say = say;
	}

	/** Applies `--set` values once. @param ordinal number of the firing, from 1. */
	applySettings(settings: readonly TimedChange[], ordinal: number): void {
		const byObject = new Map<string, { readonly object: ObjectName; readonly changes: Map<string, SecretBytes> }>();
		for (const { object, key, value } of settings) {
			const entry = byObject.get(labelOf(object)) ?? { object, changes: new Map<string, SecretBytes>() };
			entry.changes.set(key, value.bytes(ordinal));
			byObject.set(labelOf(object), entry);
		}
		for (const { object, changes } of byObject.values()) this.#change(object, () => this.#objects.patch(object, changes));
	}

	/** Applies what a new reading of the manifests found. */
	applyManifests({ put, deleted }: ManifestChanges): void {
		for (const name of deleted) this.#change(name, () => this.#objects.delete(name));
		for (const state of put) this.#change(state, () => this.#objects.put(state));
	}

	/**
	 * Does one line of standard input. What is wrong with it is told, not thrown.
	 *
	 * @returns false when the session is to end.
	 */
	command(line: string): boolean {
		if (line.trimStart().startsWith('#')) return true;
		try {
			const [verb, ...rest] = splitCommand(line);
			if (verb === 'quit') return false;
			if (verb !== undefined) this.#run(verb, rest);
		} catch (error) {
			if (!(error instanceof InputError)) throw error;
			this.#tell({ event: 'warning', message: error.message });
		}
		return true;
	}

	#run(verb: string, words: readonly string[]): void {
		const [first] = words;
		switch (verb) {
			case 'update':
				return this.#update(words);
			case 'delete': {
				const name = this.#objects.parseName(first ?? '');
				return this.#change(name, () => this.#objects.delete(name));
			}
			case 'recreate':
				return this.#recreate(words);
			case 'restart-container':
				if (!this.#pod.restart(first)) {
					throw new InputError(`the pod has no container ${JSON.stringify(first)}; there are ${this.#pod.containers.join(', ')}`);
				}
				return undefined;
			case 'status':
				return this.#status();
			case 'help':
				for (const [usage, text] of COMMANDS) this.#say(`  ${usage.padEnd(38)}${text}`);
				return undefined;
			default:
				throw new InputError(`there is no command ${JSON.stringify(verb)}; help lists them`);
		}
	}

	#update([object, ...changes]: readonly string[]): void {
		const name = this.#objects.parseName(object ?? '');
		if (changes.length === 0) throw new InputError('update needs changes: KEY=VALUE, or KEY- to remove a key');
		this.#commands += 1;
		const parsed = parseChanges(changes, this.#commands);
		this.#change(name, () => this.#objects.patch(name, parsed));
	}

	#recreate([object, ...changes]: readonly string[]): void {
		const name = this.#objects.parseName(object ?? '');
		this.#commands += 1;
		const parsed = parseChanges(changes, this.#commands);
		const old = this.#objects.all.find((state) => labelOf(state) === labelOf(name));
		const template: ObjectState<SecretBytes> = old ?? {
			...name,
			labels: {},
			annotations: {},
			type: name.kind === 'Secret' ? 'Opaque' : '',
			immutable: undefined,
			data: {},
			binaryData: {},
		};
		const kept = Object.entries(template.data).filter(([key]) => parsed.get(key) !== null);
		const added = [...parsed].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
		// The kubelet that comes by later sees one change: both are done before the volumes are refreshed.
		const create = (): ChangeResult => this.#objects.put({ ...template, data: Object.fromEntries([...kept, ...added]) });
		this.#change(name, ...(old ? [() => this.#objects.delete(name)] : []), create);
	}

	/** Does changes, tells what became of each, and refreshes what refers to the object. */
	#change(name: ObjectName, ...changes: readonly (() => ChangeResult)[]): void {
		const waited = this.#pod.missing.length > 0;
		const accepted = changes.filter((change) => this.#told(change()));
		if (accepted.length === 0) return;
		this.#pod.refresh(name);
		if (waited && this.#pod.missing.length === 0) this.#tell(this.#ready());
	}

	/** Tells what became of a change; true when it was accepted. */
	#told(result: ChangeResult): boolean {
		if (result.kind === 'refused') this.#tell({ event: 'refused', object: result.object, message: result.message });
		else if (result.kind === 'same') this.#tell({ event: 'object', object: result.object, verb: 'unchanged', keys: [] });
		else this.#tell({ event: 'object', object: result.object, verb: result.verb, keys: result.keys });
		return result.kind === 'accepted';
	}

	#status(): void {
		for (const live of this.#pod.volumes) {
			const { name } = live.volume;
			const state = this.#pod.missing.includes(name) ? 'not set up' : live.version();
			const failure = this.#pod.failureOf(name);
			this.#say(
				`  volume ${name}: ${this.#layout.shown(name)} (${state})${failure === undefined ? '' : `; its last refresh failed: ${failure}`}`,
			);
			for (const mount of live.subPaths) this.#say(`    subPath ${mount.target}`);
		}
		for (const state of this.#objects.all) {
			const keys = [...Object.keys(state.data), ...Object.keys(state.binaryData)];
			this.#say(`  ${labelOf(state)}: ${keys.join(', ')}${state.immutable === true ? ' (immutable)' : ''}`);
		}
		this.#say(`  ${this.#layout.description}`);
	}
}
