// One Secret or ConfigMap over a run, and all of them by name. A fleet has hundreds of thousands and most are never written, so that
// identity, number and versions are one small object, found once for whoever asks; what follows from them is told when it is asked for.

import { NameTable } from '../core/name-table.js';
import type { Micros } from '../core/time.js';
import type { Content } from '../kubernetes/content.js';
import { type ObjectKind, type ObjectState, type Resource, resourceOf } from '../kubernetes/objects.js';
import type { ObjectTimeline, TimelineVersion } from './object-timeline.js';
import { wireBytes } from './wire-size.js';

const NEVER_THERE: readonly TimelineVersion[] = [];

/** An object that was created at some time, or that somebody merely mentions. */
export class ObjectHistory implements ObjectTimeline {
	readonly name: string;
	/** -1 until somebody gives it a number. */
	index = -1;
	origin: ObjectTimeline['origin'] = 'injected';
	only: TimelineVersion | null = null;
	readonly #siblings: NamedObjects;
	/** Null until there is another version than {@link only}, or somebody asks for the list. */
	#versions: TimelineVersion[] | null = null;

	/** @param siblings the objects of its kind and namespace. */
	constructor(siblings: NamedObjects, name: string) {
		this.#siblings = siblings;
		this.name = name;
	}

	get kind(): ObjectKind {
		return this.#siblings.kind;
	}

	get namespace(): string {
		return this.#siblings.namespace;
	}

	get resource(): Resource {
		return resourceOf(this.kind);
	}

	get scope(): string {
		return this.#siblings.scope;
	}

	get label(): string {
		return this.scope + this.name;
	}

	get versions(): readonly TimelineVersion[] {
		if (this.#versions === null && this.only !== null) this.#versions = [this.only];
		return this.#versions ?? NEVER_THERE;
	}

	/** How many versions there are. */
	get count(): number {
		return this.only === null ? (this.#versions?.length ?? 0) : 1;
	}

	/** What there is of the object now; null when it does not exist. */
	get live(): TimelineVersion | null {
		const last = this.only ?? this.#versions?.at(-1);
		return last === undefined || last.type === 'DELETED' ? null : last;
	}

	/** A version is committed. */
	add(version: TimelineVersion): void {
		if (this.count === 0 && version.write < 0) {
			this.only = version;
			return;
		}
		const versions = this.#versions ?? (this.only === null ? [] : [this.only]);
		versions.push(version);
		this.#versions = versions;
		this.only = null;
	}
}

/** The objects of one kind in one namespace. */
class NamedObjects {
	readonly kind: ObjectKind;
	readonly namespace: string;
	/** What their labels begin with. */
	readonly scope: string;
	readonly #names = new NameTable();
	readonly #objects: ObjectHistory[] = [];

	constructor(kind: ObjectKind, namespace: string) {
		this.kind = kind;
		this.namespace = namespace;
		this.scope = `${kind}/${namespace}/`;
	}

	find(name: string): ObjectHistory | undefined {
		const number = this.#names.find(name);
		return number < 0 ? undefined : this.#objects[number];
	}

	of(name: string): ObjectHistory {
		const number = this.#names.add(name);
		if (number === this.#objects.length) this.#objects.push(new ObjectHistory(this, name));
		return this.#objects[number] as ObjectHistory;
	}
}

/** Objects by kind, namespace and name. */
export class ObjectHistories {
	/** By namespace; joining the parts of a hundred thousand names would cost more than looking them up. */
	readonly #namespaces: Readonly<Record<ObjectKind, Map<string, NamedObjects>>> = { Secret: new Map(), ConfigMap: new Map() };

	/** An object that was spoken of before. */
	find(kind: ObjectKind, namespace: string, name: string): ObjectHistory | undefined {
		return this.#namespaces[kind].get(namespace)?.find(name);
	}

	/** An object, whether or not it was spoken of before. */
	of(kind: ObjectKind, namespace: string, name: string): ObjectHistory {
		const namespaces = this.#namespaces[kind];
		let objects = namespaces.get(namespace);
		if (objects === undefined) {
			objects = new NamedObjects(kind, namespace);
			namespaces.set(namespace, objects);
		}
		return objects.of(name);
	}
}

/** The fields of a version that are known when it is committed. */
type Committed = Omit<TimelineVersion, 'immutable' | 'wireBytes' | 'changedKeys'>;

/** A version as the store commits it. Its size and what changed are worked out when somebody asks: for most versions nobody does. */
export class StoredVersion implements TimelineVersion {
	readonly resourceVersion: number;
	readonly immutable: boolean;
	readonly commit: Micros;
	readonly index: number;
	readonly write: number;
	readonly type: TimelineVersion['type'];
	readonly state: ObjectState;
	/** What it was before, where keys may have stayed as they were. */
	readonly #before: ObjectState | null;
	#wireBytes = 0;

	/** @param before what the object was before, where keys may have stayed as they were. */
	constructor({ resourceVersion, commit, index, write, type, state }: Committed, before: ObjectState | null) {
		this.resourceVersion = resourceVersion;
		this.immutable = state.immutable === true;
		this.commit = commit;
		this.index = index;
		this.write = write;
		this.type = type;
		this.state = state;
		this.#before = before;
	}

	get wireBytes(): number {
		if (this.#wireBytes === 0) this.#wireBytes = wireBytes(this.state);
		return this.#wireBytes;
	}

	get changedKeys(): readonly string[] {
		return changedKeys(this.#before, this.state);
	}
}

/** Names of the keys whose values are not what they were. */
function changedKeys(old: ObjectState | null, next: ObjectState): string[] {
	if (old === null) return [...Object.keys(next.data), ...Object.keys(next.binaryData)];
	const changed = (before: Readonly<Record<string, Content>>, after: Readonly<Record<string, Content>>): string[] =>
		[...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key]?.fingerprint !== after[key]?.fingerprint);
	return [...changed(old.data, next.data), ...changed(old.binaryData, next.binaryData)];
}
