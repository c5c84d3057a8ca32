// What is in each volume of a simulated node, as text: the trace says which versions a SetUp read, the actions say what these
// versions hold, and the payload of the volume source does the rest.

import type { PodSpec, Volume } from '../../src/kubernetes/objects.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { buildPayload } from '../../src/projection/payload.js';
import type { Block } from './timeline-block.js';
import { contentTextOf } from './timeline-block.js';
import { NAMESPACE, workloadOf } from './timeline-plan.js';

/** `default/p` and `Secret/default/s` without what comes before the name. */
export function nameOf(key: string): string {
	return key.slice(key.lastIndexOf('/') + 1);
}

/** Follows a trace and tells the content of a volume after each swap. */
export class ContentReader {
	readonly #block: Block;
	/** Specs of the block's pods. */
	readonly specs: ReadonlyMap<string, PodSpec>;
	/** What each volume's SetUp has read so far: object and version, null for what is not there. */
	readonly #reads = new Map<string, Map<string, number | null>>();
	/** Values of each version. */
	readonly #versions = new Map<number, ReadonlyMap<string, string>>();
	/** Values of each object as they were put last. */
	readonly #values = new Map<string, ReadonlyMap<string, string>>();
	/** Content of each volume (`pod/volume`) since its last swap. */
	readonly #shown = new Map<string, string>();

	constructor(block: Block) {
		this.#block = block;
		const pods = block.actions.flatMap((action) => (action.kind === 'createPod' ? [action] : []));
		this.specs = new Map(pods.map(({ name, manifest }) => [name, workloadOf(manifest).template.spec]));
	}

	/** Every value that was ever put. */
	get values(): readonly string[] {
		return [...this.#versions.values()].flatMap((values) => [...values.values()]);
	}

	/** Values of a version. */
	valuesOf(resourceVersion: number): ReadonlyMap<string, string> {
		return this.#versions.get(resourceVersion) ?? new Map();
	}

	/** The files of a volume since its last swap. */
	shownBy(pod: string, volume: string): string {
		return this.#shown.get(`${pod}/${volume}`) ?? contentTextOf([]);
	}

	take(event: TraceEvent): void {
		if (event.kind === 'swap') {
			const pod = nameOf(event.pod);
			if (this.specs.has(pod)) this.#shown.set(`${pod}/${event.volume}`, this.contentOf(pod, event.volume));
		} else if (event.kind === 'write') this.#write(event.at, nameOf(event.object), event.resourceVersion);
		else if (event.kind === 'setUpStart') this.#reads.set(`${nameOf(event.pod)}/${event.volume}`, new Map());
		else if (event.kind === 'read') {
			this.#reads.get(`${nameOf(event.pod)}/${event.volume}`)?.set(nameOf(event.object), event.resourceVersion);
		}
	}

	/** A write that brings no data, a label for example, leaves the values as they were. */
	#write(at: number, object: string, resourceVersion: number): void {
		const action = [...this.#block.before, ...this.#block.actions].find((one) => one.at === at && 'data' in one && one.name === object);
		if (action !== undefined && 'data' in action) this.#values.set(object, action.data);
		this.#versions.set(resourceVersion, this.#values.get(object) ?? new Map());
	}

	/** The files of a volume for the versions that its SetUp read. */
	contentOf(pod: string, name: string): string {
		const volume = this.specs.get(pod)?.volumes.find((one) => one.name === name);
		if (volume === undefined) throw new Error(`pod ${pod} has no volume ${name}`);
		return contentOfReads(volume, this.#reads.get(`${pod}/${name}`) ?? new Map(), this.#versions);
	}
}

function contentOfReads(
	volume: Volume,
	reads: ReadonlyMap<string, number | null>,
	versions: ReadonlyMap<number, ReadonlyMap<string, string>>,
): string {
	const payload = buildPayload<string>(volume, {
		read: (kind, name) => {
			const version = reads.get(name) ?? null;
			if (version === null) return { kind: 'notFound', text: '' };
			const data = Object.fromEntries(versions.get(version) ?? []);
			const none = { labels: {}, annotations: {}, type: '', immutable: undefined, binaryData: {} };
			return { kind: 'found', state: { ...none, kind, namespace: NAMESPACE, name, data } };
		},
		empty: '',
		text: (value) => value,
		token: () => ({ error: 'no token here' }),
		pod: { name: '', namespace: NAMESPACE, uid: '', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined },
	});
	return payload.kind === 'error' ? payload.text : contentTextOf(payload.files.map(({ path, content }) => [path, content]));
}
