// Where the one volume of the library lies: a private temporary directory, a directory of the caller's choice, or memfs.
// Says where its root is and how it goes away again, also when the process ends without closing it.

import { join } from 'node:path';
import { MemfsFileSystem, type MemfsLike } from '../projection/adapters/memfs.js';
import { exists, makeDirectories, removeAll } from '../projection/go-file-tree.js';
import { Claim } from './claim.js';
import { closeAtExit } from './exit-cleanup.js';
import { InputError } from './input-error.js';
import { makeTemporaryPlace, sweepAbandonedPlaces, sweptText } from './temporary-place.js';
import { removeVolume } from './volume-repair.js';

/** A place for a volume. */
export interface VolumePlace {
	/** Root of the volume. */
	readonly volume: string;
	/** Directory for subPath mounts, on the same file system. */
	readonly subPaths: string;
	/** To be told of a name in the volume's root that is about to be made beside the writer. */
	made(name: string): void;
	/** What was found there, as sentences. */
	readonly messages: readonly string[];
	/** Removes what was made; gives paths of what stays because it was not. Does nothing the second time. */
	close(): readonly string[];
}

/**
 * Opens a place.
 *
 * @throws InputError when the directory cannot be used.
 */
export function openVolumePlace(options: { readonly fs?: MemfsLike | undefined; readonly directory?: string | undefined }): VolumePlace {
	if (options.fs) return memfsPlace(options.fs, options.directory);
	const place = options.directory === undefined ? temporaryVolume() : claimedVolume(options.directory);
	const close = closeAtExit(place.close);
	return { ...place, close: () => close() ?? [] };
}

function temporaryVolume(): VolumePlace {
	const swept = sweepAbandonedPlaces();
	const place = makeTemporaryPlace();
	const names: string[] = [];
	const note = (): void => place.note({ volumes: [{ path: 'volume', made: names }], trees: ['volume-subpaths'] });
	note();
	return {
		volume: join(place.path, 'volume'),
		subPaths: join(place.path, 'volume-subpaths'),
		made: (name) => {
			names.push(name);
			note();
		},
		messages: swept.map(sweptText),
		close: () => place.remove(),
	};
}

function claimedVolume(directory: string): VolumePlace {
	const claim = Claim.take(directory);
	const subPaths = makeTemporaryPlace(join(claim.directory, '..'));
	subPaths.note({ volumes: [], trees: ['volume-subpaths'] });
	const names: string[] = [];
	const note = (): void => claim.note({ holdings: { volumes: [{ path: '.', made: names }], trees: [] } });
	note();
	return {
		volume: claim.directory,
		subPaths: join(subPaths.path, 'volume-subpaths'),
		made: (name) => {
			names.push(name);
			note();
		},
		messages: claim.leftovers,
		close: () => {
			subPaths.remove();
			return claim.release().map((name) => join(claim.directory, name));
		},
	};
}

let memfsVolumes = 0;

function memfsPlace(fs: MemfsLike, directory: string | undefined): VolumePlace {
	const fileSystem = new MemfsFileSystem(fs);
	let volume = directory;
	while (volume === undefined || (directory === undefined && exists(fileSystem, volume))) volume = `/secretsim-volume-${++memfsVolumes}`;
	const present = exists(fileSystem, volume);
	if (present && fileSystem.readdir(volume).length > 0)
		throw new InputError(`${volume} is not empty: give an empty directory or a name that is free`);
	makeDirectories(fileSystem, volume, 0o755);
	const root = volume;
	const subPaths = `${root}-subpaths`;
	const names: string[] = [];
	return {
		volume: root,
		subPaths,
		made: (name) => void names.push(name),
		messages: [],
		close: () => {
			removeAll(fileSystem, subPaths);
			return removeVolume(fileSystem, root, names, present).map((name) => `${root}/${name}`);
		},
	};
}
