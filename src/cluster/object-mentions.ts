// The objects that the templates of a run reference, by their numbers. Each is looked up by name once, when its workload is deployed;
// a model that is made later finds the numbers in one flat list, in the order in which the spec mentions the names.

import type { Volume, Workload } from '../kubernetes/objects.js';
import { volumeReads } from '../projection/payload.js';
import { environmentReads, type NumberOf } from './container-models.js';
import { MentionedNames } from './mentioned-names.js';
import { isRefreshed } from './mounted-volumes.js';
import type { ObjectRegistry } from './object-registry.js';

/** Numbers of the objects of all templates. */
export class ObjectMentions {
	readonly #registry: ObjectRegistry;
	readonly #secrets: MentionedNames = new MentionedNames('Secret');
	readonly #configMaps: MentionedNames = new MentionedNames('ConfigMap');
	/** Of each template how many objects it mentions, then the numbers of its Secrets, then those of its ConfigMaps with all bits turned. */
	#numbers = new Int32Array(1_024);
	#count = 0;
	/** The template that is spoken of: where its numbers begin, and how many of either kind there are. */
	#first = 0;
	#secretCount = 0;
	#configMapCount = 0;
	#namespace = '';

	constructor(registry: ObjectRegistry) {
		this.#registry = registry;
	}

	/**
	 * Numbers the objects that the manifest of a workload names, whether or not a volume shows them.
	 *
	 * @returns where {@link open} finds them.
	 */
	add({ namespace, template: { spec } }: Workload): number {
		const place = this.#count;
		this.#secrets.collect(spec);
		this.#configMaps.collect(spec);
		this.#push(this.#secrets.count + this.#configMaps.count);
		for (let i = 0; i < this.#secrets.count; i++) this.#push(this.#registry.number('Secret', namespace, this.#secrets.name(i)));
		for (let i = 0; i < this.#configMaps.count; i++) this.#push(~this.#registry.number('ConfigMap', namespace, this.#configMaps.name(i)));
		// What has no name is not registered, but read all the same, in vain.
		const read: NumberOf = (kind, name) => this.#registry.number(kind, namespace, name, name === '');
		for (const volume of spec.volumes) {
			if (isRefreshed(volume) && !hasNamedSecret(volume)) for (const { kind, name } of volumeReads(volume)) read(kind, name);
		}
		for (const containers of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
			for (const container of containers) if (container.env.length + container.envFrom.length > 0) environmentReads(container, read);
		}
		return place;
	}

	/** From now on {@link secrets}, {@link configMaps} and {@link number} speak of this workload's template. */
	open({ namespace }: Workload, place: number): void {
		this.#namespace = namespace;
		this.#first = place + 1;
		const count = this.#numbers[place] as number;
		let secrets = 0;
		while (secrets < count && (this.#numbers[this.#first + secrets] as number) >= 0) secrets += 1;
		this.#secretCount = secrets;
		this.#configMapCount = count - secrets;
	}

	/** Numbers of the Secrets that the template references, each once, in the order of their mention. */
	secrets(): readonly number[] {
		return this.#slice(this.#first, this.#secretCount);
	}

	/** Numbers of its ConfigMaps, likewise. @param others that its pods read besides. */
	configMaps(others: readonly number[]): readonly number[] {
		if (this.#configMapCount === 0) return others;
		const own = this.#slice(this.#first + this.#secretCount, this.#configMapCount);
		for (const other of others) if (!own.includes(other)) own.push(other);
		return own;
	}

	/** The number of an object that the template's pods read. */
	readonly number: NumberOf = (kind, name) => {
		const first = this.#first + (kind === 'Secret' ? 0 : this.#secretCount);
		const end = first + (kind === 'Secret' ? this.#secretCount : this.#configMapCount);
		for (let place = first; place < end; place++) {
			const number = this.#numberAt(place);
			if (this.#registry.nameOf(number) === name) return number;
		}
		return this.#registry.number(kind, this.#namespace, name, true);
	};

	/** A plain list of just that length: small typed arrays are costly to make, and a list that grows takes room for more than it needs. */
	#slice(first: number, count: number): number[] {
		const list = new Array<number>(count);
		for (let i = 0; i < count; i++) list[i] = this.#numberAt(first + i);
		return list;
	}

	#numberAt(place: number): number {
		const number = this.#numbers[place] as number;
		return number < 0 ? ~number : number;
	}

	#push(number: number): void {
		if (this.#count === this.#numbers.length) {
			const longer = new Int32Array(2 * this.#count);
			longer.set(this.#numbers);
			this.#numbers = longer;
		}
		this.#numbers[this.#count] = number;
		this.#count += 1;
	}
}

function hasNamedSecret({ secret }: Volume): boolean {
	return secret !== undefined && secret.secretName !== '';
}
