// Makes the kubelet's view of a workload's pods: what admission adds, which volumes are refreshed from which objects, what
// containers read when they start, and which consumers never see an update.

import { streamKey } from '../core/random.js';
import { SECOND } from '../core/time.js';
import type { PayloadCatalog } from '../kubelet/payload-catalog.js';
import type { ContainerModel, EnvironmentRead, PodModel, ReadModel, VolumeModel } from '../kubelet/pod-model.js';
import { type AdmittedSpec, admitPod, injectsVolume, type ServiceAccountSettings } from '../kubernetes/admission.js';
import type { Container, ObjectKind, PodSpec, Volume, Workload } from '../kubernetes/objects.js';
import { configMapNames, secretNames } from '../kubernetes/references.js';
import { expandedSubPath } from '../kubernetes/sub-path.js';
import { type PayloadPod, volumeReads } from '../projection/payload.js';
import type { ObjectRegistry } from './object-registry.js';
import type { PayloadCatalogs } from './payload-catalogs.js';
import type { ClusterPlan } from './plan.js';

/** Lifetime of a projected service-account token when the manifest sets none (API default). */
const DEFAULT_TOKEN_SECONDS = 3600;

const PLAIN_ACCOUNT: ServiceAccountSettings = { automountServiceAccountToken: undefined, imagePullSecrets: [] };
const ACCOUNT_WITHOUT_TOKEN: ServiceAccountSettings = { automountServiceAccountToken: false, imagePullSecrets: [] };

/** Numbers the objects that the manifest of a workload names, whether or not a volume shows them. */
export function mentionObjects({ namespace, template: { spec } }: Workload, registry: ObjectRegistry): void {
	for (const secret of secretNames(spec)) registry.number('Secret', namespace, secret);
	for (const configMap of configMapNames(spec)) registry.number('ConfigMap', namespace, configMap);
	// What has no name is not registered, but read all the same, in vain.
	const read = ({ kind, name }: { kind: ObjectKind; name: string }): number => registry.number(kind, namespace, name, name === '');
	for (const volume of spec.volumes) if (isRefreshed(volume) && !hasNamedSecret(volume)) volumeReads(volume).forEach(read);
	for (const container of allContainers(spec)) {
		if (container.env.length + container.envFrom.length > 0) environmentReads(container, (kind, name) => read({ kind, name }));
	}
}

function hasNamedSecret({ secret }: Volume): boolean {
	return secret !== undefined && secret.secretName !== '';
}

/** The pod spec of a workload as the API server stores it. */
export function admittedSpec(workload: Workload, cluster: ClusterPlan): AdmittedSpec {
	const { kind, namespace, name, template } = workload;
	return admitPod(template.spec, accountOf(workload, cluster), streamKey(0, 'admission', kind, namespace, name));
}

function accountOf({ namespace, template }: Workload, { accountsWithoutToken }: ClusterPlan): ServiceAccountSettings {
	const optsOut = accountsWithoutToken.length > 0 && accountsWithoutToken.includes(`${namespace}/${template.spec.serviceAccountName}`);
	return optsOut ? ACCOUNT_WITHOUT_TOKEN : PLAIN_ACCOUNT;
}

/** Numbers of the objects of one namespace; a pod asks for each of its few objects several times. */
function numbersOf(namespace: string, registry: ObjectRegistry): (kind: ObjectKind, name: string) => number {
	const known: { readonly kind: ObjectKind; readonly name: string; readonly number: number }[] = [];
	return (kind, name) => {
		for (const one of known) if (one.name === name && one.kind === kind) return one.number;
		const number = registry.number(kind, namespace, name, true);
		known.push({ kind, name, number });
		return number;
	};
}

/** Everything about the pods of one workload whose objects were mentioned. */
export function podModel(workload: Workload, cluster: ClusterPlan, registry: ObjectRegistry, catalogs: PayloadCatalogs): PodModel {
	const { namespace, name, kind, template } = workload;
	const { spec, injectedVolume } = admittedSpec(workload, cluster);
	const any = numbersOf(namespace, registry);
	const mounted = spec.volumes.filter((volume) => isRefreshed(volume) && isMounted(volume, spec));
	const pod = payloadPod(workload, spec);
	const volumes = mounted.map((volume) => {
		const injected = volume.name === injectedVolume;
		const reads: ReadModel[] = volumeReads(volume).map((read) => ({ ...read, object: any(read.kind, read.name) }));
		const payloads = injected ? catalogs.ofInjected(volume, reads, pod) : catalogs.of(volume, reads, pod);
		return volumeModel(volume, cluster, spec, injected, payloads, reads);
	});
	return {
		workload: `${kind}/${namespace}/${name}`,
		namespace,
		spec,
		labels: template.labels,
		annotations: template.annotations,
		volumes,
		containers: [
			...spec.initContainers.map((container) => containerModel(container, true, volumes, any)),
			...spec.containers.map((container) => containerModel(container, false, volumes, any)),
		],
		pullSecrets: spec.imagePullSecrets.map((secret) => ({ kind: 'Secret', object: any('Secret', secret), name: secret })),
		secrets: unique(secretNames(spec)).map((secret) => any('Secret', secret)),
		configMaps: unique(configMapNames(spec)).map((configMap) => any('ConfigMap', configMap)),
		terminationGracePeriod: spec.terminationGracePeriodSeconds * SECOND,
	};
}

function unique(names: readonly string[]): string[] {
	return [...new Set(names)];
}

function isRefreshed(volume: Volume): boolean {
	return (
		volume.secret !== undefined || volume.configMap !== undefined || volume.projected !== undefined || volume.downwardAPI !== undefined
	);
}

function allContainers(spec: PodSpec): readonly Container[] {
	return [...spec.initContainers, ...spec.containers, ...spec.ephemeralContainers];
}

function isMounted(volume: Volume, spec: PodSpec): boolean {
	return allContainers(spec).some((container) => container.volumeMounts.some((mount) => mount.name === volume.name));
}

function isMountedWhole(volume: Volume, spec: PodSpec): boolean {
	return allContainers(spec).some((container) =>
		container.volumeMounts.some((mount) => mount.name === volume.name && (mount.subPath ?? mount.subPathExpr ?? '') === ''),
	);
}

function volumeModel(
	volume: Volume,
	cluster: ClusterPlan,
	spec: PodSpec,
	injected: boolean,
	payloads: PayloadCatalog,
	reads: readonly ReadModel[],
): VolumeModel {
	const sources = volume.projected?.sources ?? [];
	const token = sources.find((source) => source.serviceAccountToken !== undefined)?.serviceAccountToken;
	const downward = volume.downwardAPI !== undefined || sources.some((source) => source.downwardAPI !== undefined);
	return {
		name: volume.name,
		spec: volume,
		injected,
		seenWhole: isMountedWhole(volume, spec),
		reads,
		tokenSeconds: token === undefined ? null : (token.expirationSeconds ?? DEFAULT_TOKEN_SECONDS),
		podSpecific: downward && !injected,
		tmpfsBytes: volume.configMap === undefined ? tmpfsBytes(spec, cluster) : null,
		payloads,
	};
}

/** Size of the tmpfs: the pod's memory limit when every container sets one and it is smaller, else the node's memory (K7.8). */
function tmpfsBytes(spec: PodSpec, cluster: ClusterPlan): number {
	const limits = spec.containers.map((container) => container.memoryLimitBytes);
	const node = cluster.kubelet.allocatableMemoryBytes;
	if (limits.some((limit) => limit === undefined)) return node;
	return Math.min(
		node,
		limits.reduce<number>((sum, limit) => sum + (limit ?? 0), 0),
	);
}

function payloadPod(workload: Workload, spec: PodSpec): PayloadPod {
	const users = new Set(allContainers(spec).map((container) => container.runAsUser ?? spec.runAsUser));
	const [user] = users;
	return {
		name: workload.name,
		namespace: workload.namespace,
		uid: `${workload.namespace}/${workload.name}`,
		labels: workload.template.labels,
		annotations: workload.template.annotations,
		hasFsGroup: spec.fsGroup !== undefined,
		uniformRunAsUser: users.size === 1 ? user : undefined,
	};
}

function containerModel(
	container: Container,
	init: boolean,
	volumes: readonly VolumeModel[],
	number: (kind: ObjectKind, name: string) => number,
): ContainerModel {
	const place = (name: string): number => volumes.findIndex((volume) => volume.name === name);
	const mounts = container.volumeMounts.filter((mount) => place(mount.name) >= 0);
	return {
		name: container.name,
		image: container.image,
		init,
		pullsAlways: container.imagePullPolicy === 'Always',
		environment: environmentReads(container, number),
		subPaths: mounts.flatMap((mount) => {
			// A path that only a Secret's value tells is left out: the model has no values.
			const path = expandedSubPath(mount, container.env);
			return path === null || path === '' ? [] : [{ volume: place(mount.name), volumeName: mount.name, path }];
		}),
		directories: mounts.filter((mount) => (mount.subPath ?? mount.subPathExpr ?? '') === '').map((mount) => place(mount.name)),
	};
}

/** References in the order of their mention: envFrom before env (K10). */
function environmentReads(container: Container, number: (kind: ObjectKind, name: string) => number): EnvironmentRead[] {
	const mention = (kind: ObjectKind, { name, optional }: { name: string; optional?: boolean }, key: string | null): EnvironmentRead => ({
		kind,
		name,
		object: number(kind, name),
		key,
		optional: optional === true,
	});
	const all = container.envFrom.flatMap(({ secretRef, configMapRef }) => [
		...(configMapRef === undefined ? [] : [mention('ConfigMap', configMapRef, null)]),
		...(secretRef === undefined ? [] : [mention('Secret', secretRef, null)]),
	]);
	const keys = container.env.flatMap(({ secretKeyRef, configMapKeyRef }) => [
		...(configMapKeyRef === undefined ? [] : [mention('ConfigMap', configMapKeyRef, configMapKeyRef.key)]),
		...(secretKeyRef === undefined ? [] : [mention('Secret', secretKeyRef, secretKeyRef.key)]),
	]);
	return [...all, ...keys];
}

/**
 * Labels of the objects that the volumes of one pod of a workload show; once for every volume that shows it.
 *
 * @param names of the objects that are asked for, whatever their kind and namespace.
 */
export function shownObjects({ namespace, template: { spec } }: Workload, names: ReadonlySet<string>): string[] {
	const labels: string[] = [];
	for (const volume of spec.volumes) {
		if (volume.secret !== undefined && !names.has(volume.secret.secretName)) continue;
		if (!isRefreshed(volume) || !isMountedWhole(volume, spec)) continue;
		const shown = volumeReads(volume).filter(({ name }) => names.has(name));
		labels.push(...new Set(shown.map(({ kind, name }) => `${kind}/${namespace}/${name}`)));
	}
	return labels;
}

/** Consumers of Secrets and ConfigMaps that no refresh reaches, per pod. */
export interface NeverUpdating {
	readonly subPath: number;
	/** References of environment variables. */
	readonly env: number;
	/** Volumes that no container mounts. */
	readonly notMounted: number;
}

/** What the pods of a workload have at most: refreshed volumes of the manifest, injected ones, and consumers that never update. */
export interface PodFigures {
	/** Volumes of the manifest that some container sees whole. */
	readonly volumes: number;
	readonly injectedVolumes: number;
	readonly neverUpdating: NeverUpdating;
}

/** The figures of one pod of a workload. */
export function podFigures(workload: Workload, cluster: ClusterPlan): PodFigures {
	const injects = injectsVolume(workload.template.spec, accountOf(workload, cluster));
	// A volume that is injected is none of the manifest, and what mounts it mounts nothing else: no need to make it.
	const spec = injects ? workload.template.spec : admittedSpec(workload, cluster).spec;
	const seen = spec.volumes.filter((volume) => isRefreshed(volume) && isMountedWhole(volume, spec));
	return { volumes: seen.length, injectedVolumes: injects ? 1 : 0, neverUpdating: neverUpdating(spec) };
}

function neverUpdating(spec: PodSpec): NeverUpdating {
	const refreshed = spec.volumes.filter(
		(volume) => volume.secret !== undefined || volume.configMap !== undefined || volume.projected !== undefined,
	);
	const names = new Set(refreshed.map((volume) => volume.name));
	let subPath = 0;
	let env = 0;
	for (const container of allContainers(spec)) {
		subPath += container.volumeMounts.filter((mount) => names.has(mount.name) && (mount.subPath ?? mount.subPathExpr ?? '') !== '').length;
		env += container.envFrom.filter((source) => source.secretRef !== undefined || source.configMapRef !== undefined).length;
		env += container.env.filter((variable) => variable.secretKeyRef !== undefined || variable.configMapKeyRef !== undefined).length;
	}
	return { subPath, env, notMounted: refreshed.filter((volume) => !isMounted(volume, spec)).length };
}
