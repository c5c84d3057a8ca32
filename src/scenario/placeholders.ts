// A plan without anything from which a value of a Secret could be found out. A plan holds no values, but the fingerprint of
// a short password can be guessed by trying passwords, and `kubectl apply` leaves a copy of the values in an annotation. The
// model only asks how long a content is and whether two are equal, so numbers in the place of fingerprints give the same
// figures: that is what a plan's digest is made of, and what leaves this machine in a Job.

import type { ActionEffect, ActionPlan, ContentPart, ContentTemplate, Plan, VariantPlan } from '../cluster/plan.js';
import { type Content, EMPTY_CONTENT } from '../kubernetes/content.js';
import type { ObjectState } from '../kubernetes/objects.js';

/** The annotation in which `kubectl apply` keeps the whole object, values included. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** A shorter text is no object, and has no room for a number. */
const SHORTEST_COPY = 8;

/** What every plan has before its digest is known. */
type AnyPlan = Pick<Plan, 'variants'>;

/** Numbers for what must not be shown: the same for equal things, in the order in which they turn up. */
class Numbering {
	readonly #numbers = new Map<string, number>();

	of(text: string): number {
		const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
		this.#numbers.set(text, number);
		return number;
	}
}

class Placeholders {
	readonly #contents = new Numbering();
	readonly #annotations = new Numbering();
	/** Variants share lists, and an object of a list is the same object in all of them. */
	readonly #lists = new Map<readonly unknown[], readonly unknown[]>();

	variant(variant: VariantPlan): VariantPlan {
		return {
			...variant,
			objects: this.#list(variant.objects, (object) => this.#object(object)),
			actions: this.#list(variant.actions, (action) => this.#action(action)),
		};
	}

	#list<Item>(list: readonly Item[], replaced: (item: Item) => Item): readonly Item[] {
		const known = this.#lists.get(list) ?? list.map(replaced);
		this.#lists.set(list, known);
		return known as readonly Item[];
	}

	#content(content: Content): Content {
		if (content.fingerprint === EMPTY_CONTENT.fingerprint) return content;
		return { ...content, fingerprint: this.#contents.of(content.fingerprint).toString(16).padStart(EMPTY_CONTENT.fingerprint.length, '0') };
	}

	#object(object: ObjectState): ObjectState {
		const contents = (data: ObjectState['data']): ObjectState['data'] => mapValues(data, (content) => this.#content(content));
		const annotations = object.kind === 'Secret' ? this.#withoutCopy(object.annotations) : object.annotations;
		return { ...object, annotations, data: contents(object.data), binaryData: contents(object.binaryData) };
	}

	/** A text of the same length in the place of the copy that `kubectl apply` keeps. */
	#withoutCopy<Text extends string | null>(annotations: Readonly<Record<string, Text>>): Readonly<Record<string, Text>> {
		const copy = Object.hasOwn(annotations, LAST_APPLIED) ? annotations[LAST_APPLIED] : null;
		if (typeof copy !== 'string' || copy.length < SHORTEST_COPY) return annotations;
		const length = new TextEncoder().encode(copy).length;
		const placeholder = this.#annotations.of(copy).toString(36).padStart(length, '0');
		return { ...annotations, [LAST_APPLIED]: placeholder as Text };
	}

	#template(template: ContentTemplate): ContentTemplate {
		return template.map((part): ContentPart => (part.kind === 'literal' ? { ...part, content: this.#content(part.content) } : part));
	}

	#templates(data: Readonly<Record<string, ContentTemplate | null>>): Readonly<Record<string, ContentTemplate | null>> {
		return mapValues(data, (template) => (template === null ? null : this.#template(template)));
	}

	#action(action: ActionPlan): ActionPlan {
		return { ...action, effect: this.#effect(action.effect) };
	}

	#effect(effect: ActionEffect): ActionEffect {
		switch (effect.kind) {
			case 'create':
				return { ...effect, object: this.#object(effect.object) };
			case 'apply':
				return { ...effect, objects: effect.objects.map((object) => this.#object(object)) };
			case 'patch': {
				const annotations = effect.objectKind === 'Secret' ? this.#withoutCopy(effect.annotations) : effect.annotations;
				return { ...effect, annotations, data: this.#templates(effect.data), binaryData: this.#templates(effect.binaryData) };
			}
			case 'recreate':
				return { ...effect, data: this.#templates(effect.data) };
			default:
				return effect;
		}
	}
}

/** Keys as they are, `__proto__` included. */
function mapValues<Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Value): Readonly<Record<string, Value>> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** The plan with placeholders for fingerprints of contents; its figures and its digest are the same. */
export function withPlaceholders<Whole extends AnyPlan>(plan: Whole): Whole {
	const placeholders = new Placeholders();
	return { ...plan, variants: plan.variants.map((variant) => placeholders.variant(variant)) };
}
