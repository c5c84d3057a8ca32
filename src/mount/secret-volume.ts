// A Secret in a volume, for tests of applications that read it: a real directory (or one in memfs) that changes exactly as
// the kubelet changes it, on command. Receives data and changes of it, gives paths. Framework-neutral; every method that
// writes resolves when the files are there.

import { randomInt } from 'node:crypto';
import * as nodeFs from 'node:fs';
import { streamKey } from '../core/random.js';
import { MILLISECOND } from '../core/time.js';
import type { KeyToPath, ObjectState, Volume } from '../kubernetes/objects.js';
import { SecretBytes } from '../kubernetes/secret-bytes.js';
import { DEFAULT_VERSION, profileOf } from '../kubernetes/versions.js';
import { MemfsFileSystem, type MemfsLike } from '../projection/adapters/memfs.js';
import { realFileSystem } from '../projection/adapters/real-directory.js';
import { DATA_LINK } from '../projection/atomic-writer.js';
import type { FileSystem } from '../projection/file-system.js';
import { walkPaths } from '../projection/go-file-tree.js';
import type { PayloadContext } from '../projection/payload.js';
import { timestampNames } from '../projection/timestamp-name.js';
import { TMPFS_ROOT_MODE } from '../projection/volume-plugin.js';
import { InputError } from './input-error.js';
import { LiveVolume, type RefreshResult } from './live-volume.js';
import type { LinkFunctions } from './sub-path.js';
import { openVolumePlace, type VolumePlace } from './volume-place.js';
import { isVersionName } from './volume-repair.js';

/** Values by key: text is written as UTF-8. */
export type SecretData = Readonly<Record<string, string | Uint8Array>>;

/** Changes by key: null removes the key, others stay as they are. */
export type SecretChanges = Readonly<Record<string, string | Uint8Array | null>>;

/** How a volume is made. */
export interface SecretVolumeOptions {
	/** The Secret's data at the beginning. */
	readonly data: SecretData;
	/** `items` of the volume source: which keys become files, under which paths. Default: all keys, under their own names. */
	readonly items?: readonly KeyToPath[];
	/** Mode of files without one of their own; default 0o644, as in Kubernetes. */
	readonly defaultMode?: number;
	/** `optional` of the volume source; default false. Decides what {@link SecretVolume.delete} does. */
	readonly optional?: boolean;
	/** `securityContext.fsGroup`. Only root can set it; otherwise a warning says so. */
	readonly fsGroup?: number;
	/**
	 * Where the volume is. Has to be missing, empty, or left behind by a killed process of this library. Default: a new private
	 * directory, on a tmpfs if there is one. With `fs`: default `/secretsim-volume-N`.
	 */
	readonly directory?: string;
	/** `fs` of the package memfs, to write there instead of on the machine. */
	readonly fs?: MemfsLike & LinkFunctions;
	/** Release whose atomic writer is followed, for example "1.29"; default the newest known. */
	readonly kubernetes?: string;
	/** Milliseconds since 1970 for names of directories; default the clock of the machine. */
	readonly now?: () => number;
	/** Seed of the random part of those names; default random. */
	readonly seed?: number;
}

/** A Secret in a volume. */
export class SecretVolume {
	readonly #live: LiveVolume;
	readonly #place: VolumePlace;
	readonly #fileSystem: FileSystem<Uint8Array>;
	readonly #warnings: string[] = [];
	#data: ReadonlyMap<string, SecretBytes> | null;
	#closed = false;

	private constructor(options: SecretVolumeOptions) {
		const { fs, items, defaultMode = 0o644, optional, fsGroup, seed = randomInt(2 ** 47), now = Date.now } = options;
		this.#data = bytesOf(options.data);
		for (const mode of [defaultMode, ...(items ?? []).flatMap((item) => item.mode ?? [])]) checkMode(mode);
		this.#fileSystem = fs ? new MemfsFileSystem(fs) : realFileSystem;
		this.#place = openVolumePlace({ fs, directory: options.directory });
		this.#warnings.push(...this.#place.messages);
		const volume: Volume = {
			name: 'secret',
			secret: { secretName: 'secret', defaultMode, ...(items ? { items } : {}), ...(optional === undefined ? {} : { optional }) },
		};
		this.#live = new LiveVolume(volume, {
			fileSystem: this.#fileSystem,
			links: fs ?? nodeFs,
			directory: this.#place.volume,
			subPathDirectory: this.#place.subPaths,
			newDirectoryName: timestampNames(() => now() * MILLISECOND, streamKey(seed, 'secret-volume')),
			fsGroup,
			rootMode: TMPFS_ROOT_MODE,
			behaviour: profileOf(options.kubernetes ?? DEFAULT_VERSION),
			ownershipFailed: (error) => this.#warnings.push(`fsGroup ${String(fsGroup)} is not set: ${error.message}`),
		});
	}

	/**
	 * Makes a volume and writes the first version.
	 *
	 * @throws InputError when the directory cannot be used.
	 * @throws Error with the kubelet's text when the data cannot be projected, for example because `items` names a missing key.
	 * @example
	 * const volume = await SecretVolume.create({ data: { password: 'one' }, defaultMode: 0o400 });
	 */
	static async create(options: SecretVolumeOptions): Promise<SecretVolume> {
		const volume = new SecretVolume(options);
		try {
			volume.#refresh();
			return volume;
		} catch (error) {
			await volume.close();
			throw error;
		}
	}

	/** The directory that an application would find at its `mountPath`. */
	get path(): string {
		return this.#live.directory;
	}

	/** What could not be done as a kubelet would do it, and what was found when the volume was opened. */
	get warnings(): readonly string[] {
		return this.#warnings;
	}

	/**
	 * Changes keys of the Secret and refreshes the volume: one atomic swap, or none if no file differs.
	 *
	 * @throws Error with the kubelet's text when the refresh fails. The Secret has changed all the same, as in a cluster; the
	 *   old files stay.
	 * @example
	 * await volume.update({ password: 'two', token: null });
	 */
	async update(changes: SecretChanges): Promise<RefreshResult> {
		this.#requireOpen();
		if (this.#data === null) throw new InputError('the Secret is deleted: bring it back with recreate()');
		const added = Object.entries(changes).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
		const kept = [...this.#data].filter(([key]) => changes[key] !== null);
		this.#data = new Map([...kept, ...bytesOf(Object.fromEntries(added))]);
		return this.#refresh();
	}

	/** Gives the Secret other data altogether; otherwise like {@link update}. */
	async replace(data: SecretData): Promise<RefreshResult> {
		this.#requireOpen();
		this.#data = bytesOf(data);
		return this.#refresh();
	}

	/**
	 * Deletes the Secret. The files of a volume that is not optional stay as they are and every refresh fails; an optional volume
	 * becomes empty (K11).
	 *
	 * @returns `failed` with the kubelet's text, or the swap to an empty volume.
	 */
	async delete(): Promise<RefreshResult> {
		this.#requireOpen();
		this.#data = null;
		return this.#live.refresh(this.#context());
	}

	/** Makes the Secret again after {@link delete}. */
	async recreate(data: SecretData): Promise<RefreshResult> {
		return this.replace(data);
	}

	/**
	 * Writes half of a file in place, which no kubelet does: for a test that a reader refuses incomplete content. The next
	 * update puts it right, because it compares with what is on disk.
	 *
	 * @param key path of the file to cut; default the first one.
	 * @returns path of the file.
	 * @throws InputError when the volume has no such file.
	 */
	async tornWrite(key?: string): Promise<string> {
		this.#requireOpen();
		const version = this.#live.version();
		if (version !== '' && !isVersionName(version))
			throw new InputError(`${this.path}/${DATA_LINK} was replaced by a link to something else`);
		const directory = `${this.path}/${version}`;
		const isFile = (path: string): boolean => this.#fileSystem.lstat(`${directory}/${path}`).kind === 'file';
		const files = walkPaths(this.#fileSystem, directory).filter(isFile);
		const [first] = files;
		if (version === '' || first === undefined) throw new InputError('there is no file to tear: the volume is empty');
		const name = key ?? first;
		// Only a file of the volume: this writes in place.
		if (!files.includes(name))
			throw new InputError(`there is no file ${JSON.stringify(name)} in the volume; there are ${files.join(', ')}`);
		const path = `${directory}/${name}`;
		const content = this.#fileSystem.readFile(path);
		const { mode } = this.#fileSystem.stat(path);
		this.#fileSystem.chmod(path, mode | 0o200);
		this.#fileSystem.writeFile(path, content.subarray(0, Math.floor(content.length / 2)), mode);
		this.#fileSystem.chmod(path, mode);
		return path;
	}

	/**
	 * What a container with a `subPath` mount of this volume sees: a file that stays as it is until the container restarts. A
	 * missing key gives an empty directory, in the volume too, as in a kubelet (K9).
	 *
	 * @returns the path of the file or directory.
	 * @throws SubPathError when the container could not be created.
	 */
	subPath(path: string): string {
		this.#requireOpen();
		this.#place.made(path.split('/', 1)[0] as string);
		return this.#live.subPath('main', path, this.#live.subPaths.length).target;
	}

	/**
	 * Restarts the container: subPath mounts are resolved anew.
	 *
	 * @throws SubPathError when the container could not be created; call again for the kubelet's next attempt.
	 */
	async restartContainer(): Promise<void> {
		this.#requireOpen();
		for (const mount of this.#live.subPaths) mount.bind();
	}

	/**
	 * Removes the volume. Files that somebody else put there stay, with a warning.
	 *
	 * @returns paths of what stays.
	 */
	async close(): Promise<readonly string[]> {
		this.#closed = true;
		return this.#place.close();
	}

	/** Makes `await using volume = await SecretVolume.create(...)` close it at the end of the block. */
	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	#requireOpen(): void {
		if (this.#closed) throw new InputError('the volume is closed');
	}

	#refresh(): RefreshResult {
		const result = this.#live.refresh(this.#context());
		if (result.kind === 'failed') throw new Error(result.text, result.cause ? { cause: result.cause } : {});
		return result;
	}

	#context(): PayloadContext<Uint8Array> {
		const data = this.#data;
		const state: ObjectState<Uint8Array> = {
			kind: 'Secret',
			namespace: 'default',
			name: 'secret',
			labels: {},
			annotations: {},
			type: 'Opaque',
			immutable: undefined,
			data: Object.fromEntries(data ?? []),
			binaryData: {},
		};
		return {
			read: () => (data ? { kind: 'found', state } : { kind: 'notFound', text: 'secret "secret" not found' }),
			empty: new Uint8Array(0),
			text: (value) => new TextEncoder().encode(value),
			token: () => ({ error: 'a Secret has no tokens' }),
			pod: { name: 'pod', namespace: 'default', uid: '', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined },
		};
	}
}

const LARGEST_MODE = 0o777;

/** @throws InputError for a mode that the API server would refuse (`fileModeErrorMsg` of pkg/apis/core/validation). */
function checkMode(mode: number): void {
	if (Number.isInteger(mode) && mode >= 0 && mode <= LARGEST_MODE) return;
	throw new InputError(`${mode} cannot be the mode of a file: a whole number from 0 to 0o777 can, for example 0o400`);
}

/** Keys of a Secret, as the API server accepts them (A12). */
const KEY = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/;

function bytesOf(data: SecretData): ReadonlyMap<string, SecretBytes> {
	for (const key of Object.keys(data)) {
		if (!KEY.test(key)) {
			throw new InputError(
				`${JSON.stringify(key)} cannot be a key of a Secret: letters, digits, '-', '_' and '.' make a key, at most 253 of them, not '..' first`,
			);
		}
	}
	return new Map(
		Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? SecretBytes.ofText(value) : SecretBytes.copyOf(value)]),
	);
}
