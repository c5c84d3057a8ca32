// Checks what actions refer to, in the order in which they first happen: objects that are patched must exist by then, pods
// and nodes must be there, containers must have the name that is given. Periodic actions are looked at once, at their first
// firing, so that only what is certainly wrong is an error; what the API server will refuse at run time is a warning, because
// to see it refused can be what a scenario is for.

import type { ActionEffect, ActionPlan, PodTarget } from '../cluster/plan.js';
import { formatDuration } from '../core/duration.js';
import type { Micros } from '../core/time.js';
import type { ObjectKind, ObjectState, Workload } from '../kubernetes/objects.js';
import type { BuiltAction } from './action-plan.js';
import { didYouMean, listWords } from './closest-word.js';
import { type ProblemList, printPlace } from './input-error.js';
import { withAccounts } from './manifest-check.js';
import type { ManifestSet } from './manifest-set.js';
import type { ObjectJudge } from './object-judge.js';
import { mergedState } from './object-merge.js';
import { hasPodNamed, matchingWorkloads, nodeNumber, samplePodNames, workloadLabel } from './pod-match.js';

/** What the check starts from. */
export interface ActionCheckInput {
	readonly actions: readonly BuiltAction[];
	readonly manifests: ManifestSet;
	readonly nodes: number;
	readonly judge: ObjectJudge;
	readonly problems: ProblemList;
	readonly warnings: string[];
}

/**
 * Checks all actions of a variant.
 *
 * @returns the actions as the plan has them: without the workloads of an `apply` that are there already, unchanged.
 */
export function checkActions(input: ActionCheckInput): ActionPlan[] {
	return new ActionCheck(input).run();
}

/** When an action first happens, jitter left aside. */
function firstTime(action: BuiltAction): Micros {
	const { schedule } = action.plan;
	return schedule.kind === 'at' ? schedule.at : schedule.from;
}

function keyOf(kind: ObjectKind, namespace: string, name: string): string {
	return `${kind}/${namespace}/${name}`;
}

interface ObjectRecord {
	/** Null: deleted. */
	state: ObjectState | null;
	/** Instant of the deletion, when it is certain. */
	deletedAt: Micros | null;
}

class ActionCheck {
	readonly #input: ActionCheckInput;
	readonly #objects = new Map<string, ObjectRecord>();
	readonly #createdLater = new Map<string, Micros>();
	readonly #workloads: Workload[];
	readonly #removedNodes = new Set<string>();
	readonly #replaced = new Map<ActionPlan, ActionPlan>();
	#nodesEver: number;
	#nodesNow: number;

	constructor(input: ActionCheckInput) {
		this.#input = input;
		this.#nodesEver = input.nodes;
		this.#nodesNow = input.nodes;
		this.#workloads = input.manifests.workloads.map(({ item }) => item);
		for (const { item } of input.manifests.objects)
			this.#objects.set(keyOf(item.kind, item.namespace, item.name), { state: item, deletedAt: null });
	}

	run(): ActionPlan[] {
		const ordered = [...this.#input.actions].sort((a, b) => firstTime(a) - firstTime(b) || a.index - b.index);
		for (const action of ordered) this.#noteCreations(action);
		for (const action of ordered) this.#check(action, action.plan.effect);
		return this.#input.actions.map(({ plan }) => this.#replaced.get(plan) ?? plan);
	}

	#noteCreations(action: BuiltAction): void {
		const { effect } = action.plan;
		const created = effect.kind === 'create' ? [effect.object] : effect.kind === 'apply' ? effect.objects : [];
		for (const { kind, namespace, name } of created) {
			const key = keyOf(kind, namespace, name);
			if (!this.#createdLater.has(key)) this.#createdLater.set(key, firstTime(action));
		}
	}

	#check(action: BuiltAction, effect: ActionEffect): void {
		switch (effect.kind) {
			case 'create':
				return this.#create(action, effect.object);
			case 'apply':
				return this.#apply(action);
			case 'patch':
			case 'recreate':
			case 'delete':
				return this.#change(action, effect);
			case 'deletePods':
			case 'annotate':
			case 'setReady':
				this.#pods(action, effect.target);
				return;
			case 'restartContainer':
				return this.#container(action, this.#pods(action, effect.target), effect.container);
			case 'restartKubelet':
				for (const name of effect.target.names) this.#node(action, name);
				return;
			case 'addNodes':
				this.#nodesEver += effect.count;
				this.#nodesNow += effect.count;
				return;
			case 'removeNodes':
				return this.#removeNodes(action, effect.count, effect.names);
		}
	}

	#create(action: BuiltAction, object: ObjectState): void {
		const key = keyOf(object.kind, object.namespace, object.name);
		const record = this.#objects.get(key);
		if (record !== undefined && record.state !== null) {
			this.#input.problems.add(
				action.place(action.verb),
				'duplicate',
				`${key} exists already when actions[${action.index}] would create it`,
				{
					suggestion: 'use patch or apply to change it, recreate to replace it',
				},
			);
			return;
		}
		this.#judge(action, object);
		this.#objects.set(key, { state: object, deletedAt: null });
	}

	#apply(action: BuiltAction): void {
		const { applied, index, plan } = action;
		const added: Workload[] = [];
		for (const { item } of applied?.objects ?? []) {
			const key = keyOf(item.kind, item.namespace, item.name);
			const old = this.#objects.get(key)?.state ?? null;
			if (old !== null) this.#warnOfRefusal(action, old, item);
			this.#objects.set(key, { state: item, deletedAt: null });
		}
		for (const { item, at } of applied?.workloads ?? []) {
			const old = this.#workloads.find((workload) => workloadLabel(workload) === workloadLabel(item));
			if (old === undefined) added.push(item);
			else if (JSON.stringify(old) !== JSON.stringify(item)) {
				this.#input.problems.add(
					at([]),
					'unsupported',
					`${workloadLabel(item)} changes in actions[${index}], and rollouts are not modelled`,
					{
						suggestion: 'leave the workload as it is in the manifests, or give the new one another name',
					},
				);
			}
		}
		this.#workloads.push(...added);
		if (plan.effect.kind !== 'apply') return;
		this.#replaced.set(plan, { ...plan, effect: { ...plan.effect, workloads: withAccounts(added, this.#input.manifests, applied) } });
	}

	#change(action: BuiltAction, effect: Extract<ActionEffect, { kind: 'patch' | 'recreate' | 'delete' }>): void {
		const key = keyOf(effect.objectKind, effect.namespace, effect.name);
		const record = this.#objects.get(key);
		if (record === undefined || record.state === null) {
			this.#missingObject(action, key, record);
			return;
		}
		if (effect.kind === 'delete') {
			// Afterwards the object is certainly gone only if this happens once.
			const isCertain = action.plan.schedule.kind === 'at';
			this.#objects.set(key, isCertain ? { state: null, deletedAt: firstTime(action) } : record);
			return;
		}
		const next = mergedState(record.state, effect);
		if (effect.kind === 'patch') this.#warnOfRefusal(action, record.state, next);
		if (!this.#judge(action, next)) return;
		this.#warnOfNewKeys(action, record.state, next, key);
		if (effect.kind === 'recreate' || this.#input.judge.refusalOf(record.state, next) === null)
			this.#objects.set(key, { state: next, deletedAt: null });
	}

	#missingObject(action: BuiltAction, key: string, record: ObjectRecord | undefined): void {
		const place = action.place(action.verb);
		const later = this.#createdLater.get(key);
		if (record?.deletedAt !== null && record?.deletedAt !== undefined) {
			const gone = formatDuration(record.deletedAt);
			this.#input.problems.add(
				place,
				'reference',
				`${key} does not exist any more when actions[${action.index}] happens: it is deleted at ${gone}`,
			);
			return;
		}
		if (later !== undefined) {
			const first = formatDuration(firstTime(action));
			this.#input.problems.add(place, 'reference', `${key} does not exist yet when actions[${action.index}] first happens, at ${first}`, {
				suggestion: `it is created at ${formatDuration(later)}`,
			});
			return;
		}
		const known = [...new Set([...this.#objects.keys(), ...this.#createdLater.keys()])];
		this.#input.problems.add(place, 'reference', `${key} is in no manifest and no action creates it`, {
			allowed: known.length === 0 ? null : listWords(known, 12),
			suggestion: didYouMean(key, known),
		});
	}

	/** Errors that do not depend on the state before. @returns false when there are any. */
	#judge(action: BuiltAction, object: ObjectState): boolean {
		const errors = this.#input.judge.errorsOf(object);
		for (const error of errors) {
			this.#input.problems.add(
				action.place(action.verb),
				'invalidObject',
				`actions[${action.index}]: ${object.kind} ${JSON.stringify(object.name)} would be invalid: ${error}`,
			);
		}
		return errors.length === 0;
	}

	#warnOfRefusal(action: BuiltAction, old: ObjectState, next: ObjectState): void {
		const refusal = this.#input.judge.refusalOf(old, next);
		if (refusal !== null)
			this.#input.warnings.push(`${printPlace(action.place())}: the API server will refuse ${action.plan.id}: ${refusal}.`);
	}

	#warnOfNewKeys(action: BuiltAction, old: ObjectState, next: ObjectState, key: string): void {
		const known = Object.keys(old.data);
		for (const added of Object.keys(next.data)) {
			if (Object.hasOwn(old.data, added)) continue;
			// data-1 and data-2 are meant to resemble each other.
			const alike = known.filter((other) => other.replace(/\d+/g, '') !== added.replace(/\d+/g, ''));
			const suggestion = didYouMean(added, alike);
			if (suggestion !== null)
				this.#input.warnings.push(
					`${printPlace(action.place())}: ${action.plan.id} adds the key ${JSON.stringify(added)} to ${key}; ${suggestion}`,
				);
		}
	}

	#pods(action: BuiltAction, target: PodTarget): Workload[] {
		const matching = matchingWorkloads(target, this.#workloads, this.#nodesEver);
		if (matching.length > 0) return matching;
		const { problems } = this.#input;
		const place = action.place(Object.keys(target.matchLabels).length > 0 ? 'selector' : action.verb);
		const name = `actions[${action.index}].${action.verb}`;
		const inNamespace = this.#workloads.filter((workload) => workload.namespace === target.namespace);
		if (inNamespace.length === 0) {
			const namespaces = [...new Set(this.#workloads.map((workload) => workload.namespace))];
			problems.add(place, 'reference', `${name} means no pod: there is none in the namespace ${target.namespace}`, {
				allowed: namespaces.length === 0 ? null : `namespaces with pods: ${listWords(namespaces)}`,
				suggestion:
					namespaces.length === 0
						? 'name manifests with a Pod, Deployment, StatefulSet, DaemonSet or Job'
						: didYouMean(target.namespace, namespaces),
			});
			return [];
		}
		if (
			target.name !== null &&
			!inNamespace.some((workload) => target.workloadKind !== 'Pod' || hasPodNamed(workload, target.name as string, this.#nodesEver))
		) {
			const pods = inNamespace.flatMap(samplePodNames).map((pod) => `Pod/${target.namespace}/${pod}`);
			problems.add(place, 'reference', `${name} names a pod that no manifest makes`, {
				found: `Pod/${target.namespace}/${target.name}`,
				allowed: listWords(pods, 12),
				suggestion: didYouMean(`Pod/${target.namespace}/${target.name}`, pods),
			});
			return [];
		}
		if (target.name !== null && Object.keys(target.matchLabels).length === 0) {
			const written = `${target.workloadKind}/${target.namespace}/${target.name}`;
			const labels = this.#workloads.map(workloadLabel);
			problems.add(place, 'reference', `${name} names a workload that is in no manifest`, {
				found: written,
				allowed: listWords(labels, 12),
				suggestion: didYouMean(written, labels),
			});
			return [];
		}
		const present = [
			...new Set(inNamespace.flatMap((workload) => Object.entries(workload.template.labels).map(([label, value]) => `${label}=${value}`))),
		];
		const written = Object.entries(target.matchLabels).map(([label, value]) => `${label}=${value}`);
		const strange = written.find((term) => !present.includes(term));
		problems.add(place, 'reference', `${name}: its selector matches no pod`, {
			found: written.join(','),
			allowed: listWords(present, 12),
			suggestion: strange === undefined ? 'no pod has all of these labels' : didYouMean(strange, present),
		});
		return [];
	}

	#container(action: BuiltAction, workloads: readonly Workload[], container: string | null): void {
		if (container === null || workloads.length === 0) return;
		const names = [...new Set(workloads.flatMap((workload) => workload.template.spec.containers.map(({ name }) => name)))];
		if (names.includes(container)) return;
		this.#input.problems.add(
			action.place('container'),
			'reference',
			`actions[${action.index}].container: no such container in ${workloads.map(workloadLabel).join(', ')}`,
			{
				found: JSON.stringify(container),
				allowed: listWords(names),
				suggestion: didYouMean(container, names),
			},
		);
	}

	#node(action: BuiltAction, name: string): boolean {
		const number = nodeNumber(name);
		if (number !== null && number <= this.#nodesEver && !this.#removedNodes.has(name)) return true;
		const wasRemoved = this.#removedNodes.has(name);
		this.#input.problems.add(
			action.place(action.verb),
			'reference',
			wasRemoved ? `the node ${name} is removed before actions[${action.index}] happens` : `there is no node ${JSON.stringify(name)}`,
			{
				allowed: this.#nodesEver === 1 ? 'node-1' : `node-1 to node-${this.#nodesEver}`,
				suggestion: wasRemoved || /^node-\d+$/.test(name) ? null : didYouMean(name, ['node-1', 'all']),
			},
		);
		return false;
	}

	#removeNodes(action: BuiltAction, count: number, names: readonly string[]): void {
		for (const name of names) if (this.#node(action, name)) this.#removedNodes.add(name);
		const firings = action.plan.schedule.kind === 'at' ? 1 : (action.plan.schedule.times ?? 1);
		if (names.length === 0 && count * firings >= this.#nodesNow) {
			this.#input.problems.add(
				action.place(action.verb),
				'value',
				`actions[${action.index}] removes ${count * firings} nodes of ${this.#nodesNow}`,
				{ allowed: `at most ${this.#nodesNow - 1}` },
			);
		}
		this.#nodesNow -= names.length === 0 ? count * firings : names.length;
	}
}
