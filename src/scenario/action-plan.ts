// Turns the checked actions of a scenario file into actions of the plan: times, targets, values. What an action refers to
// (objects, pods, nodes) is checked afterwards by action-check.ts, when all actions are known.

import type { ActionEffect, ActionPlan, ContentTemplate, NodeTarget, PodTarget, Schedule } from '../cluster/plan.js';
import type { Micros } from '../core/time.js';
import { base64ErrorText, decodeBase64 } from '../kubernetes/base64.js';
import type { Content } from '../kubernetes/content.js';
import { DEFAULT_SECRET_TYPE } from '../kubernetes/manifest-object.js';
import type { ObjectKind, ObjectState, WorkloadKind } from '../kubernetes/objects.js';
import { type ActionVerb, type ScenarioAction, VERBS } from './action-schema.js';
import { contentOfKey, isConstant, readTemplate } from './content-template.js';
import { readDuration, readReference, readSelector, readShare } from './field-types.js';
import { type Place, type ProblemList, printPlace } from './input-error.js';
import type { ManifestSet } from './manifest-set.js';
import type { SourceValue } from './yaml-source.js';

/** Time between the delete and the create of `recreate`: two kubectl commands, one after the other. */
const DEFAULT_GAP: Micros = 1_000_000;
const ALL_PPM = 1_000_000;
/** Fields of an action that change an object. */
const CONTENT_CHANGES = ['stringData', 'data', 'binaryData', 'labels', 'annotations'] as const;

/** An action of the plan with the places of its parts. */
export interface BuiltAction {
	readonly plan: ActionPlan;
	readonly verb: ActionVerb;
	/** Index in `actions`. */
	readonly index: number;
	/** Place of a field of the action; of the action itself when no field is named. */
	readonly place: (field?: string) => Place;
	/** What an `apply` read. */
	readonly applied: ManifestSet | null;
}

/** What actions are built with. */
export interface ActionContext {
	readonly scenario: SourceValue;
	readonly problems: ProblemList;
	readonly duration: Micros;
	readonly warmUp: Micros;
	/** Default of `jitter`. */
	readonly meanGap: Micros;
	/** The manifests of a path that an `apply` names. */
	readonly manifests: (path: string, named: Place) => ManifestSet;
}

/** Builds all actions; those with a problem are left out. */
export function buildActions(actions: readonly ScenarioAction[], context: ActionContext): BuiltAction[] {
	const ids = new Map<string, number>();
	return actions.flatMap((action, index) => {
		const place = (field?: string): Place =>
			field === undefined ? context.scenario.place(['actions', index]) : context.scenario.place(['actions', index, field]);
		const builder = new ActionBuilder(action, index, place, context);
		const before = context.problems.problems.length;
		const id = action.id ?? `action-${index + 1}`;
		const first = ids.get(id);
		if (first !== undefined) {
			context.problems.add(
				place(action.id === undefined ? undefined : 'id'),
				'duplicate',
				`actions[${index}] has the id ${JSON.stringify(id)} of actions[${first}]`,
			);
		}
		ids.set(id, index);
		const built = builder.build(id);
		return context.problems.problems.length > before || built === null ? [] : [built];
	});
}

class ActionBuilder {
	readonly #action: ScenarioAction;
	readonly #index: number;
	readonly #place: (field?: string) => Place;
	readonly #context: ActionContext;

	constructor(action: ScenarioAction, index: number, place: (field?: string) => Place, context: ActionContext) {
		this.#action = action;
		this.#index = index;
		this.#place = place;
		this.#context = context;
	}

	build(id: string): BuiltAction | null {
		const verb = VERBS.find((name) => this.#action[name] !== undefined) as ActionVerb;
		const schedule = this.#schedule();
		const applied = verb === 'apply' ? this.#context.manifests(this.#action.apply as string, this.#place('apply')) : null;
		const effect = this.#effect(verb, applied);
		if (schedule === null) return null;
		const plan: ActionPlan = { id, source: printPlace(this.#place()), schedule, effect };
		return { plan, verb, index: this.#index, place: this.#place, applied };
	}

	#complain(field: string, message: string, details: { readonly allowed?: string; readonly suggestion?: string } = {}): void {
		this.#context.problems.add(this.#place(field), 'value', `actions[${this.#index}].${field} ${message}`, details);
	}

	#schedule(): Schedule | null {
		const { at, every } = this.#action;
		if (at !== undefined && every !== undefined) {
			this.#context.problems.add(this.#place('every'), 'value', `actions[${this.#index}] has both at and every`, {
				suggestion: 'make two actions of it',
			});
			return null;
		}
		if (at !== undefined) return this.#once(readDuration(at));
		if (every !== undefined) return this.#periodic(readDuration(every));
		this.#context.problems.add(this.#place(), 'missing', `actions[${this.#index}] has no time`, {
			allowed: 'at: a time, or every: a period',
		});
		return null;
	}

	#once(at: Micros): Schedule {
		for (const field of ['from', 'until', 'times', 'jitter'] as const) {
			if (this.#action[field] !== undefined) this.#complain(field, 'goes with every, not with at');
		}
		if (at >= this.#context.duration)
			this.#complain('at', 'is not before the end of the run', { suggestion: 'raise duration, or let it happen earlier' });
		return { kind: 'at', at };
	}

	#periodic(period: Micros): Schedule {
		const { duration, warmUp, meanGap } = this.#context;
		const { times } = this.#action;
		const jitter = this.#action.jitter === undefined ? meanGap : readDuration(this.#action.jitter);
		const from = this.#action.from === undefined ? warmUp : readDuration(this.#action.from);
		// A firing is before `until + jitter`: with this it is before the end of the run.
		const last = Math.max(from, duration - Math.max(jitter, 1));
		const until = this.#action.until === undefined ? last : readDuration(this.#action.until);
		if (from >= duration) this.#complain(this.#action.from === undefined ? 'every' : 'from', 'is not before the end of the run');
		else if (until > duration) this.#complain('until', 'is after the end of the run');
		else if (until < from) this.#complain('until', 'is before from, so that the action never happens');
		return { kind: 'every', period, from, until, times: times ?? null, jitter };
	}

	#effect(verb: ActionVerb, applied: ManifestSet | null): ActionEffect {
		const action = this.#action;
		switch (verb) {
			case 'create':
				return { kind: 'create', object: this.#created() };
			case 'apply': {
				const { objects, workloads } = applied as ManifestSet;
				return { kind: 'apply', objects: objects.map(({ item }) => item), workloads: workloads.map(({ item }) => item) };
			}
			case 'patch': {
				const { objectKind, namespace, name } = this.#object(action.patch as string);
				const { data, binaryData } = this.#values(objectKind);
				const effect = {
					kind: 'patch' as const,
					objectKind,
					namespace,
					name,
					data,
					binaryData,
					labels: action.labels ?? {},
					annotations: action.annotations ?? {},
					immutable: action.immutable,
				};
				const isEmpty = CONTENT_CHANGES.every((field) => Object.keys(action[field] ?? {}).length === 0);
				if (isEmpty && action.immutable === undefined)
					this.#complain('patch', 'changes nothing', {
						allowed: 'stringData, data, binaryData, labels, annotations or immutable beside it',
					});
				return effect;
			}
			case 'delete':
				return this.#deletion(action.delete as string);
			case 'recreate': {
				const { objectKind, namespace, name } = this.#object(action.recreate as string);
				const gap = action.gap === undefined ? DEFAULT_GAP : readDuration(action.gap);
				return { kind: 'recreate', objectKind, namespace, name, gap, data: this.#values(objectKind).data, immutable: action.immutable };
			}
			case 'annotate':
				return { kind: 'annotate', target: this.#pods(action.annotate as string) };
			case 'restartContainer':
				return {
					kind: 'restartContainer',
					target: this.#pods(action.restartContainer as string),
					container: action.container ?? null,
					how: action.how ?? 'crash',
				};
			case 'setReady':
				return { kind: 'setReady', target: this.#pods(action.setReady as string), ready: action.ready as boolean };
			case 'restartKubelet':
				return { kind: 'restartKubelet', target: this.#nodes(action.restartKubelet as string | readonly string[]) };
			case 'addNodes':
				return { kind: 'addNodes', count: action.addNodes as number };
			case 'removeNodes': {
				const which = action.removeNodes as number | readonly string[];
				return typeof which === 'number'
					? { kind: 'removeNodes', count: which, names: [] }
					: { kind: 'removeNodes', count: which.length, names: which };
			}
		}
	}

	#object(reference: string): { readonly objectKind: ObjectKind; readonly namespace: string; readonly name: string } {
		const { kind, namespace, name } = readReference<ObjectKind>(reference);
		return { objectKind: kind, namespace, name };
	}

	#deletion(reference: string): ActionEffect {
		if (!reference.startsWith('Secret/') && !reference.startsWith('ConfigMap/'))
			return { kind: 'deletePods', target: this.#pods(reference) };
		for (const field of ['namespace', 'selector', 'share', 'stagger'] as const) {
			if (this.#action[field] !== undefined) this.#complain(field, 'chooses pods and cannot stand beside an object');
		}
		return { kind: 'delete', ...this.#object(reference) };
	}

	#created(): ObjectState {
		const action = this.#action;
		const { objectKind, namespace, name } = this.#object(action.create as string);
		const { data, binaryData } = this.#values(objectKind);
		if (objectKind === 'ConfigMap' && action.type !== undefined) this.#complain('type', 'is for Secrets only');
		const type = objectKind === 'Secret' ? (action.type ?? DEFAULT_SECRET_TYPE) : '';
		const labels = this.#withoutNull('labels', action.labels);
		const annotations = this.#withoutNull('annotations', action.annotations);
		return {
			kind: objectKind,
			namespace,
			name,
			labels,
			annotations,
			type,
			immutable: action.immutable,
			data: this.#constants('stringData', data),
			binaryData: this.#constants('binaryData', binaryData),
		};
	}

	#withoutNull(field: string, map: Readonly<Record<string, string | null>> = {}): Record<string, string> {
		const entries = Object.entries(map);
		if (entries.some(([, value]) => value === null)) this.#complain(field, 'has a null: there is nothing to remove from a new object');
		return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
	}

	#constants(field: string, values: Readonly<Record<string, ContentTemplate | null>>): Record<string, Content> {
		const entries: [string, Content][] = [];
		for (const [key, template] of Object.entries(values)) {
			const [only] = template ?? [];
			if (template !== null && isConstant(template) && only?.kind === 'literal') entries.push([key, only.content]);
			else
				this.#context.problems.add(
					this.#place(),
					'value',
					`actions[${this.#index}]: the value of ${JSON.stringify(key)} cannot be a template or null, because create takes a fixed ${field === 'binaryData' ? 'binaryData' : 'value'}`,
					{ suggestion: 'create it, and patch it at the same time' },
				);
		}
		return Object.fromEntries(entries);
	}

	/** The values that an action writes, `stringData` merged over `data` as the API server does it. */
	#values(kind: ObjectKind): {
		readonly data: Record<string, ContentTemplate | null>;
		readonly binaryData: Record<string, ContentTemplate | null>;
	} {
		const { stringData, data, binaryData } = this.#action;
		if (kind === 'Secret') {
			if (binaryData !== undefined) this.#complain('binaryData', 'is for ConfigMaps only', { suggestion: 'data of a Secret is base64' });
			this.#refuseNulls(stringData);
			return { data: Object.fromEntries([...this.#decoded('data', data), ...this.#templates('stringData', stringData)]), binaryData: {} };
		}
		if (stringData !== undefined) this.#complain('stringData', 'is for Secrets only', { suggestion: 'data of a ConfigMap is plain text' });
		return {
			data: Object.fromEntries(this.#templates('data', data)),
			binaryData: Object.fromEntries(this.#decoded('binaryData', binaryData)),
		};
	}

	#refuseNulls(stringData: Readonly<Record<string, string | null>> | undefined): void {
		for (const [key, value] of Object.entries(stringData ?? {})) {
			if (value !== null) continue;
			const place = this.#context.scenario.place(['actions', this.#index, 'stringData', key]);
			this.#context.problems.add(
				place,
				'value',
				`stringData cannot remove the key ${JSON.stringify(key)}: it is only written, never stored`,
				{ suggestion: `data: { ${key}: null } removes it` },
			);
		}
	}

	#templates(field: string, values: Readonly<Record<string, string | null>> = {}): [string, ContentTemplate | null][] {
		return Object.entries(values).flatMap(([key, value]): [string, ContentTemplate | null][] => {
			if (value === null) return [[key, null]];
			const result = readTemplate(key, value);
			if ('template' in result) return [[key, result.template]];
			this.#complainAboutValue(field, key, result.complaint.message, result.complaint);
			return [];
		});
	}

	#decoded(field: string, values: Readonly<Record<string, string | null>> = {}): [string, ContentTemplate | null][] {
		return Object.entries(values).flatMap(([key, value]): [string, ContentTemplate | null][] => {
			if (value === null) return [[key, null]];
			const result = decodeBase64(value);
			if ('bytes' in result) return [[key, [{ kind: 'literal', content: contentOfKey(key, result.bytes) }]]];
			const suggestion = field === 'data' ? 'plain text and templates belong into stringData' : undefined;
			this.#complainAboutValue(
				field,
				key,
				`is not base64: ${base64ErrorText(result.errorAt)}`,
				suggestion === undefined ? {} : { suggestion },
			);
			return [];
		});
	}

	#complainAboutValue(
		field: string,
		key: string,
		message: string,
		details: { readonly allowed?: string; readonly suggestion?: string },
	): void {
		const place = this.#context.scenario.place(['actions', this.#index, field, key]);
		this.#context.problems.add(place, 'value', `actions[${this.#index}].${field}[${JSON.stringify(key)}] ${message}`, {
			allowed: details.allowed ?? null,
			suggestion: details.suggestion ?? null,
		});
	}

	#pods(reference: string): PodTarget {
		const { namespace, selector, share, stagger } = this.#action;
		const rest = {
			matchLabels: selector === undefined ? {} : readSelector(selector),
			sharePpm: share === undefined ? ALL_PPM : readShare(share),
			stagger: stagger === undefined ? 0 : readDuration(stagger),
		};
		if (reference === 'Pod') return { namespace: namespace ?? 'default', name: null, workloadKind: null, ...rest };
		if (namespace !== undefined) this.#complain('namespace', 'is part of the target already');
		const target = readReference<WorkloadKind>(reference);
		return { namespace: target.namespace, name: target.name, workloadKind: target.kind, ...rest };
	}

	#nodes(which: string | readonly string[]): NodeTarget {
		const { share, stagger } = this.#action;
		const names = typeof which === 'string' ? (which === 'all' ? [] : [which]) : which;
		return {
			names,
			sharePpm: share === undefined ? ALL_PPM : readShare(share),
			stagger: stagger === undefined ? 0 : readDuration(stagger),
		};
	}
}
