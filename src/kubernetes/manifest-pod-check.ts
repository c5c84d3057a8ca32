// What ties the parts of a pod spec together, and names that become names of directories: those of volumes and containers are
// DNS labels and each is there once, every mount names a volume of the pod, and a subPath stays in its volume. Messages in the
// API server's words. Follows ValidateVolumes, validateContainerCommon and ValidateVolumeMounts of
// pkg/apis/core/validation/validation.go.

import type { FieldReader } from './field-reader.js';
import { dnsLabelProblems } from './name-rules.js';
import type { Container, PodSpec, VolumeMount } from './objects.js';
import { describe, pathText } from './problem.js';
import { nearest } from './suggestion.js';

type Path = readonly (string | number)[];

/** Reports what the API server would refuse in a pod spec whose fields were read one by one. */
export function checkPodSpec(reader: FieldReader, spec: PodSpec): void {
	checkNames(
		reader,
		spec.volumes.map(({ name }, index) => [name, ['volumes', index, 'name']]),
	);
	const fields = ['initContainers', 'containers', 'ephemeralContainers'] as const;
	checkNames(
		reader,
		fields.flatMap((field) => spec[field].map(({ name }, index): [string, Path] => [name, [field, index, 'name']])),
	);
	const volumes = [...new Set(spec.volumes.map((volume) => volume.name))];
	for (const field of fields) checkMounts(reader, field, spec[field], volumes);
}

/** Reports names that are none, or there before; names that are missing have been reported. */
function checkNames(reader: FieldReader, names: readonly (readonly [name: string, path: Path])[]): void {
	const seen = new Set<string>();
	for (const [name, path] of names) {
		if (name === '') continue;
		for (const problem of dnsLabelProblems(name)) reportInvalid(reader, name, problem, 'a DNS label', path);
		if (seen.has(name)) {
			const message = `${pathText([...reader.path, ...path])}: Duplicate value: ${JSON.stringify(name)}`;
			reader.report({ severity: 'error', found: describe(name), allowed: 'a name of its own', message }, ...path);
		}
		seen.add(name);
	}
}

function checkMounts(reader: FieldReader, field: string, containers: readonly Container[], volumes: readonly string[]): void {
	for (const [index, container] of containers.entries()) {
		for (const [mountIndex, mount] of container.volumeMounts.entries()) {
			const path = [field, index, 'volumeMounts', mountIndex];
			if (mount.name !== '' && !volumes.includes(mount.name)) reportUnknownVolume(reader, mount.name, volumes, [...path, 'name']);
			checkSubPath(reader, mount, path);
		}
	}
}

function reportUnknownVolume(reader: FieldReader, name: string, volumes: readonly string[], path: Path): void {
	const suggestion = nearest(name, volumes);
	reader.report(
		{
			severity: 'error',
			found: describe(name),
			allowed: volumes.length === 0 ? 'a volume of the pod, which has none' : volumes.join(', '),
			message: `${pathText([...reader.path, ...path])}: Not found: ${JSON.stringify(name)}`,
			...(suggestion === undefined ? {} : { suggestion }),
		},
		...path,
	);
}

function checkSubPath(reader: FieldReader, mount: VolumeMount, path: Path): void {
	for (const field of ['subPath', 'subPathExpr'] as const) {
		const value = mount[field];
		if (value === undefined) continue;
		const report = (problem: string): void => reportInvalid(reader, value, problem, 'a path inside the volume', [...path, field]);
		if (field === 'subPathExpr' && mount.subPath !== undefined) report('subPathExpr not allowed with subPath');
		if (value.startsWith('/')) report('must be a relative path');
		if (value.split('/').includes('..')) report("must not contain '..'");
	}
}

function reportInvalid(reader: FieldReader, value: string, problem: string, allowed: string, path: Path): void {
	const message = `${pathText([...reader.path, ...path])}: Invalid value: ${JSON.stringify(value)}: ${problem}`;
	reader.report({ severity: 'error', found: describe(value), allowed, message }, ...path);
}
