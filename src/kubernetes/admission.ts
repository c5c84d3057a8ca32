// What the API server adds to every pod before it is stored: the `kube-api-access` volume with the service-account token,
// and the image pull secrets of the pod's ServiceAccount. The volume's ConfigMap `kube-root-ca.crt` is a large part of the
// real watch and GET load. Takes a pod spec and the account, gives a new spec. Follows
// plugin/pkg/admission/serviceaccount/admission.go (K20.34).

import type { StreamKey } from '../core/random.js';
import { drawInteger } from '../core/random.js';
import type { Container, PodSpec, Volume, VolumeMount } from './objects.js';

/** Name of the ConfigMap with the cluster's certificate authority, which exists in every namespace. */
export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';
/** Where the token volume is mounted. A container that mounts something there already is left as it is. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The name of the token volume begins with this; a pod that brings such a volume keeps it. */
export const TOKEN_VOLUME_PREFIX = 'kube-api-access-';
/** Life of the token that the volume asks for: one hour and seven seconds (K20.34). */
export const TOKEN_EXPIRATION_SECONDS = 3607;

/** Letters of generated names: no vowels, none that look alike (apimachinery/pkg/util/rand). */
const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** The part of a ServiceAccount that admission reads. */
export interface ServiceAccountSettings {
	/** The account's own `automountServiceAccountToken`; undefined: not set, which means true. */
	readonly automountServiceAccountToken: boolean | undefined;
	readonly imagePullSecrets: readonly string[];
}

/** A pod spec as it is stored. */
export interface AdmittedSpec {
	readonly spec: PodSpec;
	/** Name of the volume that was added; undefined when none was. */
	readonly injectedVolume: string | undefined;
}

/** The suffix that a generated name gets: five letters drawn from a stream of the pod's own. */
export function generatedSuffix(key: StreamKey): string {
	let suffix = '';
	for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += NAME_LETTERS[drawInteger(key, i, 0, NAME_LETTERS.length - 1)];
	return suffix;
}

/** The name of the token volume that is added to a pod. @param key stream of the pod. */
export function tokenVolumeName(key: StreamKey): string {
	return TOKEN_VOLUME_PREFIX + generatedSuffix(key);
}

/** The token volume as it is added to a pod. */
export function tokenVolume(name: string): Volume {
	return {
		name,
		projected: {
			defaultMode: 0o644,
			sources: [
				{ serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: 'token' } },
				{ configMap: { name: ROOT_CA_CONFIG_MAP, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
				{ downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
			],
		},
	};
}

/** True when a container brings a mount where tokens are mounted, and so gets none. */
export function mountsToken({ volumeMounts }: Container): boolean {
	for (const { mountPath } of volumeMounts) if (mountPath === TOKEN_MOUNT_PATH) return true;
	return false;
}

function needsMount({ initContainers, containers }: PodSpec): boolean {
	for (const container of initContainers) if (!mountsToken(container)) return true;
	for (const container of containers) if (!mountsToken(container)) return true;
	return false;
}

/** The token volume that a pod brings. */
function ownTokenVolume({ volumes }: PodSpec): string | undefined {
	for (const { name } of volumes) if (name.startsWith(TOKEN_VOLUME_PREFIX)) return name;
	return undefined;
}

/** The pod's own field wins over the account's (K20.34). */
function automounts(spec: PodSpec, account: ServiceAccountSettings | undefined): boolean {
	return spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
}

function injectToken(spec: PodSpec, key: StreamKey): AdmittedSpec {
	if (!needsMount(spec)) return { spec, injectedVolume: undefined };
	const existing = ownTokenVolume(spec);
	const name = existing ?? tokenVolumeName(key);
	const mount: VolumeMount = { name, mountPath: TOKEN_MOUNT_PATH, readOnly: true };
	const withMount = (container: Container): Container =>
		mountsToken(container) ? container : { ...container, volumeMounts: [...container.volumeMounts, mount] };
	return {
		spec: {
			...spec,
			volumes: existing === undefined ? [...spec.volumes, tokenVolume(name)] : spec.volumes,
			initContainers: spec.initContainers.map(withMount),
			containers: spec.containers.map(withMount),
		},
		injectedVolume: existing === undefined ? name : undefined,
	};
}

/**
 * The pod spec as ServiceAccount admission stores it.
 *
 * @param account the pod's ServiceAccount; undefined for one that sets nothing.
 * @param key stream of the pod from which the volume's suffix is drawn; the same key gives the same name.
 */
export function admitPod(spec: PodSpec, account: ServiceAccountSettings | undefined, key: StreamKey): AdmittedSpec {
	const pullSecrets = spec.imagePullSecrets.length > 0 ? spec.imagePullSecrets : (account?.imagePullSecrets ?? []);
	const admitted: PodSpec = { ...spec, imagePullSecrets: pullSecrets };
	return automounts(spec, account) ? injectToken(admitted, key) : { spec: admitted, injectedVolume: undefined };
}

/** True when {@link admitPod} adds a volume. */
export function injectsVolume(spec: PodSpec, account: ServiceAccountSettings | undefined): boolean {
	return automounts(spec, account) && needsMount(spec) && ownTokenVolume(spec) === undefined;
}
