// One volume of one pod as its plugin handles it: SetUp builds the payload, prepares the directory and lets the atomic
// writer publish; any failure of the writer tears the whole volume down. Receives a payload context per refresh, gives what
// happened. The skeleton is the same in pkg/volume/{secret,configmap,projected,downwardapi} over emptydir (K7.1, K7.3, K7.8).

import type { Container, Volume } from '../kubernetes/objects.js';
import { AtomicWriter, CURRENT_WRITER, type WriteOutcome, type WriterBehaviour } from './atomic-writer.js';
import { type FileSystem, FileSystemError } from './file-system.js';
import { exists, makeDirectories, removeAll } from './go-file-tree.js';
import { InvalidMountPointError, makeNestedMountPoints, NestedMountPointError, nestedMountPoints } from './nested-mountpoints.js';
import { buildPayload, type PayloadContext, type PayloadFile } from './payload.js';
import { InvalidPathError } from './payload-path.js';
import { READ_ONLY_MASK, READ_WRITE_MASK, setVolumeOwnership } from './volume-ownership.js';

/** Mode that the emptyDir plugin gives a directory (its constant `perm`). */
export const EMPTY_DIR_MODE = 0o777;
/** Mode of the root of a tmpfs, which secret, projected and downwardAPI volumes live in (K7.8, observed). */
export const TMPFS_ROOT_MODE = 0o1777;

/** What a plugin needs besides the volume. */
export interface VolumePluginOptions<C> {
	readonly fileSystem: FileSystem<C>;
	/** Absolute path of the volume's directory; made by the first SetUp. */
	readonly directory: string;
	/** Gives names of timestamped directories; see `timestampNames`. */
	readonly newDirectoryName: () => string;
	/** Containers of the pod in visiting order, for nested mount points; default none. */
	readonly containers?: readonly Pick<Container, 'volumeMounts'>[];
	/** `securityContext.fsGroup`. */
	readonly fsGroup?: number | undefined;
	/** Mode of the volume's root; default {@link EMPTY_DIR_MODE}. A caller that stands for a tmpfs gives {@link TMPFS_ROOT_MODE}. */
	readonly rootMode?: number;
	/** Default: that of the newest release. */
	readonly behaviour?: WriterBehaviour;
	/**
	 * What a failure of the writer does to the volume. `tearDown` (default) is the kubelet's: the directory goes, running
	 * containers keep their own mount of it (K7.3). `keep` is for a directory that is itself what an application looks at:
	 * the old content stays, and a directory that somebody removed is an error once and is built anew by the next SetUp.
	 */
	readonly onFailure?: 'tearDown' | 'keep';
	/** Told of chown and chmod that failed: the kubelet logs them and goes on. */
	readonly ownershipFailed?: (error: FileSystemError) => void;
}

/** What one SetUp did. `tornDown`: the writer failed and the volume is gone until the next SetUp (K7.3). */
export type SetUpResult<C> =
	| { readonly kind: 'done'; readonly outcome: WriteOutcome; readonly files: readonly PayloadFile<C>[] }
	| { readonly kind: 'failed'; readonly text: string; readonly tornDown: boolean; readonly cause?: Error };

/** A volume that is set up, refreshed and torn down. */
export class VolumePlugin<C> {
	readonly volume: Volume;
	readonly #options: VolumePluginOptions<C>;
	/** The ready marker of the wrapped emptyDir: makes later SetUps leave the directory's own mode alone. */
	#ready = false;

	constructor(volume: Volume, options: VolumePluginOptions<C>) {
		this.volume = volume;
		this.#options = options;
	}

	/** SetUp, at the first mount and at each refresh. Errors of the kubelet are results; only bugs are thrown. */
	setUp(context: PayloadContext<C>): SetUpResult<C> {
		const payload = buildPayload(this.volume, context);
		if (payload.kind === 'error') return { kind: 'failed', text: payload.text, tornDown: false };
		const unprepared = failureOf(() => this.#prepare());
		if (unprepared) return { kind: 'failed', text: unprepared.message, tornDown: false, cause: unprepared };
		let outcome: WriteOutcome = 'unchanged';
		const failed = failureOf(() => {
			outcome = this.#publish(payload.files);
		});
		if (!failed) return { kind: 'done', outcome, files: payload.files };
		const tornDown = this.#options.onFailure !== 'keep';
		if (tornDown) failureOf(() => this.tearDown());
		return { kind: 'failed', text: failed.message, tornDown, cause: failed };
	}

	/**
	 * TearDown: the directory goes with everything in it.
	 *
	 * @throws FileSystemError for something that cannot be removed.
	 */
	tearDown(): void {
		this.#ready = false;
		removeAll(this.#options.fileSystem, this.#options.directory);
	}

	/** SetUpAt of the wrapped emptyDir, and the nested mount points. */
	#prepare(): void {
		const { fileSystem, directory, fsGroup, containers, onFailure } = this.#options;
		if (this.#ready && onFailure === 'keep' && !exists(fileSystem, directory)) {
			this.#ready = false;
			throw new FileSystemError('stat', 'ENOENT', directory);
		}
		if (!this.#ready || !exists(fileSystem, directory)) {
			const mode = this.#options.rootMode ?? EMPTY_DIR_MODE;
			makeDirectories(fileSystem, directory, mode);
			if (fileSystem.lstat(directory).mode !== mode) fileSystem.chmod(directory, mode);
			failureOf(() => setVolumeOwnership(fileSystem, directory, fsGroup, READ_WRITE_MASK, this.#ownershipFailed));
			this.#ready = true;
		}
		makeNestedMountPoints(fileSystem, directory, nestedMountPoints(this.volume.name, containers ?? []));
	}

	#publish(files: readonly PayloadFile<C>[]): WriteOutcome {
		const { fileSystem, directory, fsGroup, newDirectoryName, behaviour = CURRENT_WRITER } = this.#options;
		const setOwnership = (): void => setVolumeOwnership(fileSystem, directory, fsGroup, READ_ONLY_MASK, this.#ownershipFailed);
		const outcome = new AtomicWriter(fileSystem, directory, newDirectoryName, behaviour).write(files, setOwnership);
		if (!behaviour.ownershipBeforePublication) setOwnership();
		return outcome;
	}

	readonly #ownershipFailed = (error: FileSystemError): void => this.#options.ownershipFailed?.(error);
}

/** The error of something that may fail in the way a kubelet's volume fails; anything else is thrown on. */
function failureOf(body: () => void): Error | undefined {
	try {
		body();
		return undefined;
	} catch (error) {
		for (const expected of [FileSystemError, InvalidPathError, InvalidMountPointError, NestedMountPointError]) {
			if (error instanceof expected) return error;
		}
		throw error;
	}
}
