// A recorded pod on real directories: its volumes are refreshed by this project's plugin and writer when the recorded
// kubelet refreshed them, and its container is created when the recorded one was. What it shows is told in the same words
// as the recording.

import * as fs from 'node:fs';
import * as nodeFs from 'node:fs';
import { join } from 'node:path';
import type { ObjectKind, ObjectState, PodSpec, Volume } from '../../src/kubernetes/objects.js';
import { expandedSubPath } from '../../src/kubernetes/sub-path.js';
import { LiveVolume } from '../../src/mount/live-volume.js';
import { realFileSystem } from '../../src/projection/adapters/real-directory.js';
import { CURRENT_WRITER } from '../../src/projection/atomic-writer.js';
import type { PayloadContext } from '../../src/projection/payload.js';
import { EMPTY_DIR_MODE, TMPFS_ROOT_MODE } from '../../src/projection/volume-plugin.js';
import { type Binder, mountCommand } from './sub-path-binder.js';

/** Objects by `Kind/name`. */
export type Objects = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What is behind one mount of the container, as the recorder's runtime tells it. */
export type Look = { readonly file: string; readonly nlink?: number } | { readonly directory: Readonly<Record<string, string>> };

/** How a pod is put on disk. */
export interface SubPathPodOptions {
	readonly spec: PodSpec;
	/** Directory of the pod; made here. */
	readonly directory: string;
	readonly bind: Binder;
	/** Volumes that are not ConfigMaps live on a tmpfs of their own, as in a kubelet. */
	readonly tmpfs: boolean;
}

/** One pod. */
export class SubPathPod {
	readonly #options: SubPathPodOptions;
	readonly #volumes: ReadonlyMap<string, LiveVolume>;
	#mounts = new Map<string, string>();

	constructor(options: SubPathPodOptions) {
		this.#options = options;
		this.#volumes = new Map(options.spec.volumes.map((volume) => [volume.name, this.#liveVolume(volume)]));
	}

	#liveVolume(volume: Volume): LiveVolume {
		const { directory: pod, tmpfs, spec } = this.#options;
		const plugin = volume.configMap ? 'configmap' : volume.projected ? 'projected' : 'secret';
		const directory = `${pod}/volumes/kubernetes.io~${plugin}/${volume.name}`;
		fs.mkdirSync(directory, { recursive: true });
		if (tmpfs && !volume.configMap && !mountCommand('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory])) {
			throw new Error(`cannot mount a tmpfs at ${directory}`);
		}
		let written = 0;
		return new LiveVolume(volume, {
			fileSystem: realFileSystem,
			links: nodeFs,
			directory,
			subPathDirectory: `${pod}/volume-subpaths/${volume.name}`,
			newDirectoryName: () => `..2026_11_21_00_00_00.${++written}`,
			containers: spec.containers,
			fsGroup: spec.fsGroup,
			rootMode: volume.configMap ? EMPTY_DIR_MODE : TMPFS_ROOT_MODE,
			behaviour: CURRENT_WRITER,
			ownershipFailed: (error) => {
				throw error;
			},
		});
	}

	/** SetUp of a volume. @returns the kubelet's error, null when it succeeded. */
	setUp(name: string, objects: Objects): string | null {
		const volume = this.#volumes.get(name);
		if (volume === undefined) throw new Error(`the pod has no volume ${name}`);
		const result = volume.refresh(contextOf(objects, this.#options.spec));
		return result.kind === 'failed' ? result.text : null;
	}

	/** Creates the container. @returns what is behind its mounts, by path. @throws SubPathError as the kubelet would. */
	create(environment: ReadonlyMap<string, string>): ReadonlyMap<string, Look> {
		const [container] = this.#options.spec.containers;
		if (container === undefined) throw new Error('the pod has no container');
		const env = [...environment].map(([name, value]) => ({ name, value }));
		const mounts = new Map<string, string>();
		for (const [index, mount] of container.volumeMounts.entries()) {
			const volume = this.#volumes.get(mount.name) as LiveVolume;
			const subPath = expandedSubPath(mount, env);
			if (subPath === null) throw new Error(`the path behind ${mount.mountPath} is not known`);
			const directory = `${this.#options.directory}/volume-subpaths`;
			const bound = { volume, volumeName: mount.name, container: container.name, index, subPath, directory };
			mounts.set(mount.mountPath, subPath === '' ? volume.directory : this.#options.bind(bound));
		}
		this.#mounts = mounts;
		return new Map([...mounts].map(([path, place]) => [path, lookAt(place)]));
	}

	/** What is behind a mount now. */
	look(mountPath: string): Look {
		return lookAt(this.#mounts.get(mountPath) ?? '');
	}

	/** Takes down what is mounted below the pod. */
	close(): void {
		const { directory } = this.#options;
		const mounted = fs
			.readFileSync('/proc/self/mounts', 'utf8')
			.split('\n')
			.map((line) => line.split(' ')[1] ?? '');
		for (const path of mounted.reverse()) if (path.startsWith(`${directory}/`)) mountCommand('umount', ['-l', path]);
	}
}

/** As `look` of the recorder's runtime (recorder/e2e/node/extra.go). */
function lookAt(path: string): Look {
	const stats = fs.statSync(path);
	if (!stats.isDirectory()) return { file: fs.readFileSync(path, 'utf8'), nlink: stats.nlink };
	const names = fs
		.readdirSync(path)
		.filter((name) => !name.startsWith('..'))
		.sort();
	return {
		directory: Object.fromEntries(
			names.map((name) => {
				const file = join(path, name);
				return [name, fs.statSync(file).isDirectory() ? '<directory>' : fs.readFileSync(file, 'utf8')];
			}),
		),
	};
}

function contextOf(objects: Objects, spec: PodSpec): PayloadContext<Uint8Array> {
	const text = (value: string): Uint8Array => new TextEncoder().encode(value);
	return {
		read: (kind: ObjectKind, name: string) => {
			const data = objects.get(`${kind}/${name}`);
			if (data === undefined) return { kind: 'notFound', text: `${name} not found` };
			const none = { namespace: '', labels: {}, annotations: {}, type: '', immutable: undefined, binaryData: {} };
			const state: ObjectState<Uint8Array> = {
				...none,
				kind,
				name,
				data: Object.fromEntries([...data].map(([key, value]) => [key, text(value)])),
			};
			return { kind: 'found', state };
		},
		empty: new Uint8Array(0),
		text,
		token: () => ({ error: 'no token here' }),
		pod: {
			name: '',
			namespace: '',
			uid: '',
			labels: {},
			annotations: {},
			hasFsGroup: spec.fsGroup !== undefined,
			uniformRunAsUser: undefined,
		},
	};
}
