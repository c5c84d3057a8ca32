// Reads a pod spec with the API server's defaults. Takes parsed JSON values, gives a PodSpec. Follows
// pkg/apis/core/v1/defaults.go.

import type { FieldReader } from './field-reader.js';
import { POD_SECURITY_FIELDS, POD_SPEC_FIELDS } from './known-fields.js';
import { ID_MAX, readContainer } from './manifest-container.js';
import { checkPodSpec } from './manifest-pod-check.js';
import { readVolume } from './manifest-volume.js';
import { entriesOf, itemsOf, type PodSpec, type Volume } from './objects.js';

/** `terminationGracePeriodSeconds` when none is given (pkg/apis/core/v1/defaults.go). */
export const DEFAULT_GRACE_SECONDS = 30;
/** ServiceAccount of a pod that names none (ServiceAccount admission). */
export const DEFAULT_SERVICE_ACCOUNT = 'default';

/**
 * Reads a pod spec.
 *
 * @param claims names of `volumeClaimTemplates` of a StatefulSet, which become volumes of its pods.
 */
export function readPodSpec(reader: FieldReader, claims: readonly string[] = []): PodSpec {
	const security = reader.object('securityContext', 'PodSecurityContext');
	const ownVolumes = reader.objects('volumes', 'Volume').map(readVolume);
	const claimed = claims.filter((name) => !ownVolumes.some((volume) => volume.name === name));
	const account = reader.string('serviceAccountName') || reader.string('serviceAccount') || DEFAULT_SERVICE_ACCOUNT;
	const nodeName = reader.string('nodeName') ?? '';
	const spec: PodSpec = {
		serviceAccountName: account,
		automountServiceAccountToken: reader.boolean('automountServiceAccountToken'),
		nodeName: nodeName === '' ? undefined : nodeName,
		nodeSelector: entriesOf(reader.strings('nodeSelector')),
		hostNetwork: reader.boolean('hostNetwork') ?? false,
		imagePullSecrets: itemsOf(reader.objects('imagePullSecrets', 'LocalObjectReference').map((item) => item.string('name') ?? '')),
		volumes: [...ownVolumes, ...claimed.map((name): Volume => ({ name, other: 'persistentVolumeClaim' }))],
		initContainers: itemsOf(reader.objects('initContainers', 'Container').map(readContainer)),
		containers: reader.objects('containers', 'Container').map(readContainer),
		ephemeralContainers: itemsOf(reader.objects('ephemeralContainers', 'EphemeralContainer').map(readContainer)),
		fsGroup: security?.integer('fsGroup', 0, ID_MAX),
		runAsUser: security?.integer('runAsUser', 0, ID_MAX),
		terminationGracePeriodSeconds: reader.integer('terminationGracePeriodSeconds', 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_GRACE_SECONDS,
	};
	security?.finish(POD_SECURITY_FIELDS);
	if (spec.containers.length === 0) reader.reportRequired('containers', 'at least one container');
	checkPodSpec(reader, spec);
	reader.finish(['serviceAccount', ...POD_SPEC_FIELDS]);
	return spec;
}
