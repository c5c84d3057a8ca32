// Which path of a volume a mount shows. `subPath` says it; `subPathExpr` says it after the container's environment is put
// into it, which is known here as far as the manifest itself gives the values. Follows ExpandContainerVolumeMounts in
// pkg/kubelet/container/helpers.go (K9.1).

import type { Container, VolumeMount } from './objects.js';

const REFERENCE = /\$\$|\$\(([^)]*)\)/g;

/**
 * The expanded subPath of a mount.
 *
 * @returns the path; empty when the whole volume is mounted; null when it depends on a Secret, a ConfigMap or a field of the pod.
 * @example
 * expandedSubPath({ name: 'v', mountPath: '/sub', subPathExpr: '$(KEY)' }, [{ name: 'KEY', value: 'tls.key' }]); // 'tls.key'
 */
export function expandedSubPath({ subPath = '', subPathExpr = '' }: VolumeMount, environment: Container['env']): string | null {
	if (subPathExpr === '') return subPath;
	const values = new Map<string, string | null>();
	for (const { name, value, secretKeyRef, configMapKeyRef, fieldRef } of environment) {
		const known = secretKeyRef === undefined && configMapKeyRef === undefined && fieldRef === undefined;
		values.set(name, known ? expand(value ?? '', values) : null);
	}
	return expand(subPathExpr, values);
}

/** Puts values in the place of `$(NAME)`; null as soon as one is not known. */
function expand(text: string, values: ReadonlyMap<string, string | null>): string | null {
	let known = true;
	const expanded = text.replace(REFERENCE, (reference: string, name: string | undefined) => {
		if (name === undefined) return '$';
		const value = values.get(name) ?? null;
		if (value === null) known = false;
		return value ?? reference;
	});
	return known ? expanded : null;
}
