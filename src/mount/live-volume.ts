// One volume that an application looks at: refreshed like the kubelet refreshes it, but kept when a write fails
// and tidied up after. Receives a payload context per refresh, gives what changed, by name only.

import type { Volume } from '../kubernetes/objects.js';
import { DATA_LINK } from '../projection/atomic-writer.js';
import { type FileSystem, FileSystemError } from '../projection/file-system.js';
import { exists } from '../projection/go-file-tree.js';
import { cleanPath } from '../projection/go-path.js';
import type { PayloadContext, PayloadFile } from '../projection/payload.js';
import { VolumePlugin, type VolumePluginOptions } from '../projection/volume-plugin.js';
import { withoutOwners } from './owners.js';
import { type LinkFunctions, SubPathMount } from './sub-path.js';
import { isVersionName, namesIn, type Repair, repairVolume } from './volume-repair.js';

/** Names of files, by what a swap did to them. */
export interface ChangedFiles {
	readonly added: readonly string[];
	readonly changed: readonly string[];
	readonly removed: readonly string[];
}

/** What a refresh did. */
export type RefreshResult =
	| {
			readonly kind: 'swapped';
			/** Name of the new timestamped directory. */
			readonly directory: string;
			readonly files: ChangedFiles;
			/** Keys whose name at the top is taken by something that is not the kubelet's link: readers there do not see them. */
			readonly shadowed: readonly string[];
	  }
	| { readonly kind: 'unchanged' }
	/** Nothing was published, or (K20.2) it was but could not be tidied up. `text` is the kubelet's error. */
	| { readonly kind: 'failed'; readonly text: string; readonly cause?: Error };

/** How a live volume is made. */
export interface LiveVolumeOptions
	extends Pick<VolumePluginOptions<Uint8Array>, 'directory' | 'newDirectoryName' | 'containers' | 'fsGroup' | 'rootMode' | 'behaviour'> {
	readonly fileSystem: FileSystem<Uint8Array>;
	readonly links: LinkFunctions;
	/** Directory below which {@link LiveVolume.subPath} puts what a container would see; on the same file system. */
	readonly subPathDirectory: string;
	/** Told once that owners cannot be set: only root can. */
	readonly ownershipFailed: (error: FileSystemError) => void;
}

/** A volume in a directory. */
export class LiveVolume {
	readonly volume: Volume;
	readonly #options: LiveVolumeOptions;
	readonly #plugin: VolumePlugin<Uint8Array>;
	readonly #subPaths = new Map<string, SubPathMount<Uint8Array>>();
	#shown: ReadonlyMap<string, PayloadFile<Uint8Array>> = new Map();
	#toldOfOwners = false;

	constructor(volume: Volume, options: LiveVolumeOptions) {
		this.volume = volume;
		this.#options = options;
		const ownershipFailed = (error: FileSystemError): void => {
			if (!this.#toldOfOwners) options.ownershipFailed(error);
			this.#toldOfOwners = true;
		};
		const fileSystem = withoutOwners(options.fileSystem, ownershipFailed);
		this.#plugin = new VolumePlugin(volume, { ...options, fileSystem, onFailure: 'keep', ownershipFailed });
	}

	/** Root of the volume. */
	get directory(): string {
		return this.#options.directory;
	}

	/** Name of the timestamped directory that is published; empty when there is none. */
	version(): string {
		try {
			return this.#options.fileSystem.readlink(`${this.directory}/${DATA_LINK}`);
		} catch (error) {
			if (error instanceof FileSystemError) return '';
			throw error;
		}
	}

	/** Finishes or undoes what a killed writer had begun. */
	repair(): Repair {
		return repairVolume(this.#options.fileSystem, this.directory);
	}

	/** Brings the directory up to date, in one swap if anything differs. */
	refresh(context: PayloadContext<Uint8Array>): RefreshResult {
		const { fileSystem } = this.#options;
		const replaced = this.#replaced();
		if (replaced !== null) return { kind: 'failed', text: replaced };
		const before = namesIn(fileSystem, this.directory);
		const result = this.#plugin.setUp(context);
		if (result.kind === 'failed') {
			// A half-written new directory would fill a small tmpfs for good.
			this.#attempt(() => void repairVolume(fileSystem, this.directory, before));
			return { kind: 'failed', text: result.text, ...(result.cause ? { cause: result.cause } : {}) };
		}
		const files = new Map(result.files.map((file) => [cleanPath(file.path), file]));
		const changes = this.#changes(files);
		this.#shown = files;
		if (result.outcome === 'unchanged') return { kind: 'unchanged' };
		for (const mount of this.#subPaths.values()) mount.afterSwap();
		const directory = this.version();
		return { kind: 'swapped', directory, files: changes, shadowed: this.#shadowed(files) };
	}

	/**
	 * Mounts a subPath for a container, or resolves it anew when it was mounted before; see {@link SubPathMount}.
	 *
	 * @param index of the mount in its container.
	 * @throws SubPathError when the kubelet would not create the container; the next attempt may succeed.
	 */
	subPath(containerName: string, subPath: string, index: number): SubPathMount<Uint8Array> {
		const { fileSystem, links, subPathDirectory, directory } = this.#options;
		const key = `${containerName}/${index}`;
		const mount =
			this.#subPaths.get(key) ??
			new SubPathMount(fileSystem, links, {
				volumeDirectory: directory,
				volumeName: this.volume.name,
				containerName,
				subPath,
				target: `${subPathDirectory}/${key}`,
			});
		this.#subPaths.set(key, mount);
		mount.bind();
		return mount;
	}

	/** subPath mounts in the order in which they were made. */
	get subPaths(): readonly SubPathMount<Uint8Array>[] {
		return [...this.#subPaths.values()];
	}

	/** What somebody put in the place of the volume or of its `..data`: links that could lead anywhere are not followed. */
	#replaced(): string | null {
		const { fileSystem } = this.#options;
		if (exists(fileSystem, this.directory) && fileSystem.lstat(this.directory).kind === 'link') {
			return `${this.directory} was replaced by a link: nothing is written through it`;
		}
		const version = this.version();
		if (version === '' || isVersionName(version)) return null;
		return `${this.directory}/${DATA_LINK} was replaced by a link to something else: nothing is written or removed there`;
	}

	#changes(files: ReadonlyMap<string, PayloadFile<Uint8Array>>): ChangedFiles {
		const { fileSystem } = this.#options;
		const kept = [...files].filter(([path]) => this.#shown.has(path));
		return {
			added: [...files.keys()].filter((path) => !this.#shown.has(path)),
			changed: kept.flatMap(([path, file]) =>
				fileSystem.sameContent(file.content, (this.#shown.get(path) as PayloadFile<Uint8Array>).content) ? [] : [path],
			),
			removed: [...this.#shown.keys()].filter((path) => !files.has(path)),
		};
	}

	#shadowed(files: ReadonlyMap<string, unknown>): readonly string[] {
		const names = [...new Set([...files.keys()].map((path) => path.split('/', 1)[0] as string))];
		return names.filter((name) => {
			try {
				return this.#options.fileSystem.readlink(`${this.directory}/${name}`) !== `${DATA_LINK}/${name}`;
			} catch (error) {
				if (error instanceof FileSystemError) return true;
				throw error;
			}
		});
	}

	#attempt(body: () => void): void {
		try {
			body();
		} catch (error) {
			if (!(error instanceof FileSystemError)) throw error;
		}
	}
}
