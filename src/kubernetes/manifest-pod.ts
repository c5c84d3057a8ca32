// Reads a pod spec with the API server's defaults and checks what ties its parts together: volume names are unique, and
// every mount names a volume of the pod. Takes parsed JSON values, gives a PodSpec. Follows pkg/apis/core/v1/defaults.go
// and pkg/apis/core/validation/validation.go.

import type { FieldReader } from './field-reader.js';
import { POD_SECURITY_FIELDS, POD_SPEC_FIELDS } from './known-fields.js';
import { ID_MAX, readContainer } from './manifest-container.js';
import { readVolume } from './manifest-volume.js';
import type { Container, PodSpec, Volume } from './objects.js';
import { describe, pathText } from './problem.js';
import { nearest } from './suggestion.js';

/** `terminationGracePeriodSeconds` when none is given (pkg/apis/core/v1/defaults.go). */
export const DEFAULT_GRACE_SECONDS = 30;
/** ServiceAccount of a pod that names none (ServiceAccount admission). */
export const DEFAULT_SERVICE_ACCOUNT = 'default';

function checkVolumeNames(reader: FieldReader, volumes: readonly Volume[]): void {
	const seen = new Set<string>();
	for (const [index, volume] of volumes.entries()) {
		if (volume.name !== '' && seen.has(volume.name)) {
			const at = pathText([...reader.path, 'volumes', index, 'name']);
			const message = `${at}: Duplicate value: ${JSON.stringify(volume.name)}`;
			reader.report({ severity: 'error', found: describe(volume.name), allowed: 'a name of its own', message }, 'volumes', index, 'name');
		}
		seen.add(volume.name);
	}
}

function checkMounts(reader: FieldReader, field: string, containers: readonly Container[], names: readonly string[]): void {
	for (const [index, container] of containers.entries()) {
		for (const [mountIndex, mount] of container.volumeMounts.entries()) {
			if (mount.name === '' || names.includes(mount.name)) continue;
			const path = [field, index, 'volumeMounts', mountIndex, 'name'];
			const suggestion = nearest(mount.name, names);
			reader.report(
				{
					severity: 'error',
					found: describe(mount.name),
					allowed: names.length === 0 ? 'a volume of the pod, which has none' : names.join(', '),
					message: `${pathText([...reader.path, ...path])}: Not found: ${JSON.stringify(mount.name)}`,
					...(suggestion === undefined ? {} : { suggestion }),
				},
				...path,
			);
		}
	}
}

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
		nodeSelector: Object.fromEntries(reader.strings('nodeSelector')),
		hostNetwork: reader.boolean('hostNetwork') ?? false,
		imagePullSecrets: reader.objects('imagePullSecrets', 'LocalObjectReference').map((item) => item.string('name') ?? ''),
		volumes: [...ownVolumes, ...claimed.map((name): Volume => ({ name, other: 'persistentVolumeClaim' }))],
		initContainers: reader.objects('initContainers', 'Container').map(readContainer),
		containers: reader.objects('containers', 'Container').map(readContainer),
		ephemeralContainers: reader.objects('ephemeralContainers', 'EphemeralContainer').map(readContainer),
		fsGroup: security?.integer('fsGroup', 0, ID_MAX),
		runAsUser: security?.integer('runAsUser', 0, ID_MAX),
		terminationGracePeriodSeconds: reader.integer('terminationGracePeriodSeconds', 0, Number.MAX_SAFE_INTEGER) ?? DEFAULT_GRACE_SECONDS,
	};
	security?.finish(POD_SECURITY_FIELDS);
	if (spec.containers.length === 0) reader.reportRequired('containers', 'at least one container');
	checkVolumeNames(reader, spec.volumes);
	const names = [...new Set(spec.volumes.map((volume) => volume.name))];
	for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const) checkMounts(reader, field, spec[field], names);
	reader.finish(['serviceAccount', ...POD_SPEC_FIELDS]);
	return spec;
}
