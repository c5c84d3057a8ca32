// What admission makes of the pods of a workload: whether they get the volume with the service-account token, and under which name.

import { type StreamKey, streamKey } from '../core/random.js';
import { type AdmittedSpec, admitPod, injectsVolume, type ServiceAccountSettings, tokenVolumeName } from '../kubernetes/admission.js';
import type { PodSpec, Workload } from '../kubernetes/objects.js';
import type { ClusterPlan } from './plan.js';

const PLAIN_ACCOUNT: ServiceAccountSettings = { automountServiceAccountToken: undefined, imagePullSecrets: [] };
const ACCOUNT_WITHOUT_TOKEN: ServiceAccountSettings = { automountServiceAccountToken: false, imagePullSecrets: [] };

/** The pod spec of a workload as the API server stores it. */
export function admittedSpec(workload: Workload, cluster: ClusterPlan): AdmittedSpec {
	return admitPod(workload.template.spec, accountOf(workload, cluster), admissionKey(workload));
}

/** True when the API server adds the token volume to the pods of a workload. */
export function getsTokenVolume(workload: Workload, cluster: ClusterPlan): boolean {
	return injectsVolume(workload.template.spec, accountOf(workload, cluster));
}

/** The name under which it is added. */
export function addedVolumeName(workload: Workload): string {
	return tokenVolumeName(admissionKey(workload));
}

/**
 * The spec of a workload's pods without the token volume: a volume that is added is none of the manifest, and what mounts it mounts
 * nothing else, so that the manifest's own spec says all the rest.
 */
export function ownSpec(workload: Workload, cluster: ClusterPlan, getsToken: boolean): PodSpec {
	return getsToken ? workload.template.spec : admittedSpec(workload, cluster).spec;
}

function admissionKey({ kind, namespace, name }: Workload): StreamKey {
	return streamKey(0, 'admission', kind, namespace, name);
}

function accountOf({ namespace, template }: Workload, { accountsWithoutToken }: ClusterPlan): ServiceAccountSettings {
	const optsOut = accountsWithoutToken.length > 0 && accountsWithoutToken.includes(`${namespace}/${template.spec.serviceAccountName}`);
	return optsOut ? ACCOUNT_WITHOUT_TOKEN : PLAIN_ACCOUNT;
}
