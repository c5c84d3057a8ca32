// Checks what the manifests of a scenario say together: nothing twice, every object acceptable to the API server, nodes that
// exist; and says which objects pods ask for that nobody provides, because such a pod waits instead of failing.

import type { ActionPlan, ClusterPlan } from '../cluster/plan.js';
import { ROOT_CA_CONFIG_MAP } from '../kubernetes/admission.js';
import type { Container, ObjectKind, ObjectState, PodSpec, Workload } from '../kubernetes/objects.js';
import { type Place, type ProblemList, printPlace } from './input-error.js';
import type { ManifestSet } from './manifest-set.js';
import type { ObjectJudge } from './object-judge.js';
import { nodeNumber, workloadLabel } from './pod-match.js';
import type { SourceValue } from './yaml-source.js';

/** `Kind/namespace/name` of an object. */
export function objectLabelOf(object: ObjectState): string {
	return `${object.kind}/${object.namespace}/${object.name}`;
}

/** Reports objects and workloads that stand twice in one set. */
export function checkDuplicates(set: ManifestSet, problems: ProblemList): void {
	const seen = new Map<string, SourceValue['place']>();
	const report = (label: string, at: SourceValue['place']): void => {
		const first = seen.get(label);
		if (first === undefined) {
			seen.set(label, at);
			return;
		}
		const before = printPlace(first([]));
		const place = at([]);
		if (before === printPlace(place))
			problems.add(place, 'duplicate', `${label} is read twice`, { suggestion: 'two paths of manifests lead to this file' });
		else problems.add(place, 'duplicate', `${label} is defined twice, first at ${before}`);
	};
	for (const { item, at } of set.objects) report(objectLabelOf(item), at);
	for (const { item, at } of set.workloads) report(workloadLabel(item), at);
	for (const { item, at } of set.accounts) report(`ServiceAccount/${item.namespace}/${item.name}`, at);
}

/** Reports objects that the API server would not accept. */
export function checkObjects(set: ManifestSet, judge: ObjectJudge, problems: ProblemList): void {
	for (const { item, at } of set.objects) {
		for (const error of judge.errorsOf(item)) {
			problems.add(placeOfError(error, at), 'invalidObject', `${item.kind} ${JSON.stringify(item.name)} is invalid: ${error}`);
		}
	}
}

/** Where the field of a validation error stands; values of a Secret stand in `data` or in `stringData`. */
function placeOfError(error: string, at: SourceValue['place']): Place {
	const [, field, inner, key] = /^([a-zA-Z]+)(?:\.([a-zA-Z]+))?(?:\[([^\]]+)\])?/.exec(error) ?? [];
	const path = [field, inner, key].filter((part) => part !== undefined);
	const whole = at([]);
	for (const candidate of [path, ['stringData', ...path.slice(1)]]) {
		const place = at(candidate, key === undefined ? 'value' : 'key');
		if (place.line !== whole.line || place.column !== whole.column) return place;
	}
	return whole;
}

/** Reports pods that name a node which is not there, and warns of those whose selector matches none. */
export function checkPlacement(set: ManifestSet, cluster: ClusterPlan, nodesEver: number, problems: ProblemList, warnings: string[]): void {
	for (const { item, at } of set.workloads) {
		const { nodeName, nodeSelector } = item.template.spec;
		const base = item.kind === 'Pod' ? ['spec'] : ['spec', 'template', 'spec'];
		if (nodeName !== undefined) {
			const number = nodeNumber(nodeName);
			if (number === null || number > nodesEver) {
				problems.add(
					at([...base, 'nodeName']),
					'reference',
					`${workloadLabel(item)} names the node ${JSON.stringify(nodeName)}, which is not there`,
					{
						allowed: nodesEver === 1 ? 'node-1' : `node-1 to node-${nodesEver}`,
					},
				);
			}
		} else if (Object.keys(nodeSelector).length > 0 && !matchesSomeNode(nodeSelector, cluster, nodesEver)) {
			const selector = Object.entries(nodeSelector).map(([label, value]) => `${label}=${value}`);
			warnings.push(
				`${printPlace(at([...base, 'nodeSelector']))}: no node has the labels ${selector.join(', ')}; the pods of ${workloadLabel(item)} stay Pending.`,
			);
		}
	}
}

function matchesSomeNode(selector: Readonly<Record<string, string>>, cluster: ClusterPlan, nodesEver: number): boolean {
	const hostname = selector['kubernetes.io/hostname'];
	if (hostname !== undefined) return (nodeNumber(hostname) ?? Number.POSITIVE_INFINITY) <= nodesEver;
	const candidates = [{}, ...cluster.nodePools.map((pool) => pool.labels)];
	return candidates.some((labels: Readonly<Record<string, string>>) => {
		const all: Readonly<Record<string, string>> = { ...cluster.nodeLabels, ...labels };
		return Object.entries(selector).every(([label, value]) => all[label] === value);
	});
}

/** What a pod spec asks for without `optional: true`. */
function requiredObjects(spec: PodSpec): { kind: ObjectKind; name: string }[] {
	const wanted: { kind: ObjectKind; name: string }[] = [];
	const want = (kind: ObjectKind, name: string | undefined, optional: boolean | undefined): void => {
		if (name !== undefined && name !== '' && optional !== true) wanted.push({ kind, name });
	};
	for (const volume of spec.volumes) {
		want('Secret', volume.secret?.secretName, volume.secret?.optional);
		want('ConfigMap', volume.configMap?.name, volume.configMap?.optional);
		for (const source of volume.projected?.sources ?? []) {
			want('Secret', source.secret?.name, source.secret?.optional);
			want('ConfigMap', source.configMap?.name, source.configMap?.optional);
		}
	}
	const wantEnvironment = (container: Container): void => {
		for (const { secretRef, configMapRef } of container.envFrom) {
			want('Secret', secretRef?.name, secretRef?.optional);
			want('ConfigMap', configMapRef?.name, configMapRef?.optional);
		}
		for (const { secretKeyRef, configMapKeyRef } of container.env) {
			want('Secret', secretKeyRef?.name, secretKeyRef?.optional);
			want('ConfigMap', configMapKeyRef?.name, configMapKeyRef?.optional);
		}
	};
	for (const container of [...spec.initContainers, ...spec.containers]) wantEnvironment(container);
	return wanted;
}

/** Warns of required objects that no manifest defines: such pods wait, with FailedMount events. */
export function warnOfMissingObjects(
	workloads: readonly Workload[],
	objects: readonly ObjectState[],
	actions: readonly ActionPlan[],
	warnings: string[],
): void {
	const defined = new Set(objects.map(objectLabelOf));
	const created = new Set(
		actions
			.flatMap(({ effect }) => (effect.kind === 'create' ? [effect.object] : effect.kind === 'apply' ? effect.objects : []))
			.map(objectLabelOf),
	);
	for (const workload of workloads) {
		for (const { kind, name } of requiredObjects(workload.template.spec)) {
			const label = `${kind}/${workload.namespace}/${name}`;
			if (defined.has(label) || (kind === 'ConfigMap' && name === ROOT_CA_CONFIG_MAP)) continue;
			const when = created.has(label) ? 'until an action creates it' : 'and nothing creates it';
			warnings.push(`${workloadLabel(workload)} needs ${label}, which no manifest defines: its pods cannot start ${when}.`);
		}
	}
}

/**
 * Workloads with what their ServiceAccount adds: its image pull secrets where the pod has none (K20.34). The token volume is
 * added by the cluster.
 */
export function withAccounts(workloads: readonly Workload[], ...sets: readonly (ManifestSet | null)[]): Workload[] {
	const accounts = sets.flatMap((set) => set?.accounts ?? []);
	const byName = new Map(accounts.map(({ item }) => [`${item.namespace}/${item.name}`, item]));
	return workloads.map((workload) => {
		const { spec } = workload.template;
		const account = byName.get(`${workload.namespace}/${spec.serviceAccountName}`);
		if (account === undefined || spec.imagePullSecrets.length > 0 || account.imagePullSecrets.length === 0) return workload;
		return { ...workload, template: { ...workload.template, spec: { ...spec, imagePullSecrets: account.imagePullSecrets } } };
	});
}
