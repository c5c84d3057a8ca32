// The directories of a chosen pod, and what is said about them at the beginning and at the end: shared by the ways in which
// `mount` runs.

import { InputError } from './input-error.js';
import type { MountEvent } from './mount-events.js';
import { type LayoutOptions, type MountLayout, openLayout } from './mount-layout.js';
import type { MountOptions, MountSystem } from './mount-options.js';
import { containersOf, hasSubPaths, isProjected, madeNames } from './mounted-pod.js';
import type { ChosenPod } from './pod-choice.js';

/** Opens the directories of a pod. @throws InputError when they cannot be used or the pod has nothing to mount. */
export function layoutFor({ workload }: Pick<ChosenPod, 'workload'>, options: MountOptions, { stderr }: MountSystem): MountLayout {
	const { spec } = workload.template;
	const volumes = madeNames(spec);
	if (volumes.length === 0) throw new InputError(`${workload.name} has no volume of a Secret, a ConfigMap or the downward API`);
	if (options.flat && volumes.length > 1) {
		throw new InputError(`--flat takes a pod with one volume; ${workload.name} has ${volumes.map(({ name }) => name).join(', ')}`);
	}
	const backing = options.backing === 'auto' || options.backing === 'here' ? options.backing : { below: options.backing };
	const { dir, flat, keep } = options;
	const closed: LayoutOptions['closed'] = (foreign, { elsewhere }) => {
		if (keep) stderr.write(`kept ${[dir, ...elsewhere].join(' and ')}; nothing cleans up there from now on\n`);
		for (const path of foreign) stderr.write(`left ${path}: it was not made by secretsim\n`);
	};
	return openLayout({ directory: dir, flat, backing, volumes, subPaths: hasSubPaths(spec), keep, closed });
}

/** Says what of a pod is not mounted, and why. */
export function warnOfGaps({ workload }: Pick<ChosenPod, 'workload'>, tell: (event: MountEvent) => void): void {
	const { spec } = workload.template;
	for (const volume of spec.volumes) {
		if (!isProjected(volume))
			tell({
				event: 'warning',
				message: `volume ${volume.name} (${volume.other ?? 'no source'}) is not made: the kubelet does not write its files`,
			});
		if (volume.projected?.sources.some((source) => source.serviceAccountToken)) {
			tell({ event: 'warning', message: `volume ${volume.name}: its service account token is a placeholder, no API server accepts it` });
		}
	}
	for (const container of containersOf(spec)) {
		for (const { subPathExpr, mountPath } of container.volumeMounts) {
			if (subPathExpr?.includes('$')) {
				tell({
					event: 'warning',
					message: `container ${container.name}: ${mountPath} is not made, its subPathExpr needs the container's environment`,
				});
			}
		}
	}
}
