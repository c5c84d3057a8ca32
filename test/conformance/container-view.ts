// What a container gets when it is created: its environment, the content of the volumes that it mounts whole, and the file or
// directory behind each subPath. The recordings tell it from real mounts, the model in the words of its trace; both become
// one line of text here.

import { contentOfText } from '../../src/kubernetes/content.js';
import { makeEnvironment, type ObjectRead } from '../../src/kubernetes/environment.js';
import type { Container, PodSpec } from '../../src/kubernetes/objects.js';
import { expandedSubPath } from '../../src/kubernetes/sub-path.js';
import type { TraceEvent } from '../../src/measure/trace.js';
import { RecordedObject } from './recording.js';
import { contentTextOf } from './timeline-block.js';
import { type ContentReader, nameOf } from './timeline-content.js';

type Started = Extract<TraceEvent, { kind: 'containerStarted' }>;

/** What a mount shows: the files of a directory, or one file. */
type Shown = { readonly directory: string } | { readonly file: string };

/** The line of a view: environment and mounts, in order. */
export function viewText(environment: Iterable<readonly [string, string]>, mounts: readonly (readonly [string, Shown])[]): string {
	const shown = mounts.map(
		([path, view]) => `${path}: ${'file' in view ? `file ${JSON.stringify(view.file)}` : `directory ${view.directory}`}`,
	);
	return `environment ${contentTextOf(environment)}; ${shown.join('; ')}`;
}

/** True when the model knows which path a mount shows. */
export function isClaimed(container: Container, mountPath: string): boolean {
	const mount = container.volumeMounts.find((one) => one.mountPath === mountPath);
	if (mount === undefined) throw new Error(`container ${container.name} has no mount at ${mountPath}`);
	return expandedSubPath(mount, container.env) !== null;
}

/** The line of a recorded `CreateContainer`. */
export function recordedView(spec: PodSpec, fields: Readonly<Record<string, unknown>>): string {
	const container = spec.containers.find(({ name }) => name === fields['container']);
	if (container === undefined) throw new Error(`the pod has no container ${String(fields['container'])}`);
	const mounts = (fields['mounts'] as readonly unknown[]).flatMap((value): [string, Shown][] => {
		const mount = new RecordedObject(value, 'mount');
		const path = mount.string('containerPath');
		const shown = recordedContent(mount.take('content'));
		mount.string('hostPath');
		mount.take('readonly');
		mount.end();
		return isClaimed(container, path) ? [[path, shown]] : [];
	});
	return viewText(fields['env'] as [string, string][], mounts);
}

/** What the fake runtime saw behind a mount. */
export function recordedContent(value: unknown): Shown {
	const content = new RecordedObject(value, 'content');
	content.take('inode');
	content.take('nlink');
	const shown = content.has('file') ? { file: content.string('file') } : { directory: contentTextOf(content.strings('directory')) };
	content.end();
	return shown;
}

/** The line of a simulated start, from the words of the trace and what the volumes hold. */
export function simulatedView(contents: ContentReader, pod: string, { container: name, sees }: Started): string {
	const container = contents.specs.get(pod)?.containers.find((one) => one.name === name);
	if (container === undefined) return '';
	const subPaths = sees.filter((text) => text.startsWith('subPath '));
	const mounts = container.volumeMounts.flatMap((mount): [string, Shown][] => {
		const path = expandedSubPath(mount, container.env);
		if (path === null) return [];
		if (path !== '') return [[mount.mountPath, shownFile(contents, subPaths.shift() ?? '')]];
		const taken = / empty directories under the names (.*)$/.exec(sees.find((text) => text.startsWith(`volume ${mount.name}:`)) ?? '');
		return [[mount.mountPath, { directory: withDirectories(contents.shownBy(pod, mount.name), taken?.[1]?.split(', ') ?? []) }]];
	});
	return viewText(simulatedEnvironment(contents, container, sees), mounts);
}

function shownFile(contents: ContentReader, text: string): Shown {
	const print = /the file as it is now \(([0-9a-f]+)\)/.exec(text)?.[1];
	if (print === undefined) return { directory: contentTextOf([]) };
	const value = contents.values.find((known) => contentOfText(known).fingerprint.startsWith(print));
	if (value === undefined) throw new Error(`no known value has the fingerprint ${print}`);
	return { file: value };
}

/** A directory in the place of a key is what its readers see, whatever the key holds. */
function withDirectories(text: string, taken: readonly string[]): string {
	const files = new Map(JSON.parse(text) as [string, string][]);
	for (const name of taken) files.set(name, '<directory>');
	return contentTextOf(files);
}

function simulatedEnvironment(contents: ContentReader, container: Container, sees: readonly string[]): [string, string][] {
	const versions = new Map<string, number>();
	for (const text of sees) {
		const read = /^environment from (\S+): version (\d+),/.exec(text);
		if (read !== null) versions.set(nameOf(read[1] as string), Number(read[2]));
	}
	const read = (_kind: unknown, name: string): ObjectRead => {
		const version = versions.get(name);
		if (version === undefined) return { kind: 'notFound', text: '' };
		const data = [...contents.valuesOf(version)].map(([key, value]): [string, Uint8Array] => [key, new TextEncoder().encode(value)]);
		return { kind: 'found', data: Object.fromEntries(data) };
	};
	const made = makeEnvironment(container, {
		namespace: '',
		read,
		field: () => ({ error: 'no field is recorded' }),
		services: [],
		enableServiceLinks: false,
		staticPod: false,
		envNamesFiltered: false,
	});
	if (made.kind === 'error') throw new Error(made.text);
	return [...made.variables].map(([name, value]) => [name, new TextDecoder().decode(value)]);
}
