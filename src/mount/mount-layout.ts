// Where the volumes of a mounted pod lie: one directory per volume below the chosen one, or the chosen one itself, with the
// bytes on a tmpfs and links into it, or right there. Claims the directory, writes down what it makes, takes it away again.

import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Claim } from './claim.js';
import { closeAtExit } from './exit-cleanup.js';
import { NO_HOLDINGS } from './holdings.js';
import { InputError, inputErrorOf } from './input-error.js';
import { isTmpfs, makeTemporaryPlace, sweepAbandonedPlaces, sweptText, type TemporaryPlace } from './temporary-place.js';

/** Name of the directory of subPath mounts, as in a kubelet's pod directory. */
const SUB_PATHS = 'volume-subpaths';
const PLACE_VOLUMES = 'volumes';

/** How volumes are laid out. */
export interface LayoutOptions {
	/** The chosen directory. */
	readonly directory: string;
	/** The one volume is the directory itself. */
	readonly flat: boolean;
	/** Where the bytes are: `auto` a tmpfs if there is one, `here` the directory itself, or below a directory. */
	readonly backing: 'auto' | 'here' | { readonly below: string };
	/** Names of the volumes, with the names in their roots that are made beside the writer (nested mount points, subPaths). */
	readonly volumes: readonly { readonly name: string; readonly made: readonly string[] }[];
	/** Some container mounts a subPath. */
	readonly subPaths: boolean;
	/** Leaves everything where it is in the end. */
	readonly keep: boolean;
	/** Told at the end, also of a process that is ended by a signal: paths that stay because they were not made here. */
	readonly closed: (foreign: readonly string[], layout: MountLayout) => void;
}

/** Where the bytes of volumes are. */
export interface BytesPlace {
	readonly path: string;
	readonly tmpfs: boolean;
}

/** Directories of a mounted pod. */
export interface MountLayout {
	/** Path at which an application finds a volume. */
	shown(volume: string): string;
	/** Path at which a volume is written. */
	written(volume: string): string;
	/** Directory of subPath mounts, on the same file system as the volumes. */
	readonly subPaths: string;
	/** Directories outside the chosen one that hold something, and stay with `keep`. */
	readonly elsewhere: readonly string[];
	/** Where the bytes are, and whether that is in memory only. */
	readonly bytes: BytesPlace;
	/** The same as a sentence. */
	readonly description: string;
	/** What was found and cleaned up, as sentences. */
	readonly messages: readonly string[];
	/** Removes everything, unless it is kept. Does nothing the second time. */
	close(): void;
}

/** A layout before it is known to be closed at the end. */
interface Directories extends Omit<MountLayout, 'close' | 'messages'> {
	/** Does the removal; gives paths of what stays. */
	remove(): readonly string[];
}

/**
 * Opens the directories.
 *
 * @throws InputError when the directory cannot be used.
 */
export function openLayout(options: LayoutOptions): MountLayout {
	if (options.volumes.some(({ name }) => name === SUB_PATHS)) {
		throw new InputError(`a volume cannot be called ${SUB_PATHS} here: that is the directory of subPath mounts`);
	}
	const messages = sweepAbandonedPlaces().map(sweptText);
	const elsewhere = options.backing !== 'here';
	const claim = Claim.take(options.directory, !(options.flat && elsewhere));
	try {
		// An empty directory that is there already cannot become a link.
		const layout = elsewhere && !(options.flat && claim.existed) ? linkedLayout(claim, options) : directLayout(claim, options);
		const close = closeAtExit(() => options.closed(layout.remove(), opened));
		const opened: MountLayout = { ...layout, messages: [...messages, ...claim.leftovers], close };
		return opened;
	} catch (error) {
		claim.release();
		throw inputErrorOf(error, `cannot write into ${claim.directory}`);
	}
}

function directLayout(claim: Claim, { flat, volumes, subPaths, keep }: LayoutOptions): Directories {
	const held = volumes.map(({ name, made }) => ({ path: flat ? '.' : name, made }));
	const place = flat ? placeBelow(join(claim.directory, '..')) : null;
	place?.note({ volumes: [], trees: [SUB_PATHS] });
	claim.note({ holdings: { volumes: held, trees: flat ? [] : [SUB_PATHS] } });
	const bytes = { path: claim.directory, tmpfs: isTmpfs(claim.directory) };
	const path = (volume: string): string => (flat ? claim.directory : join(claim.directory, volume));
	return {
		shown: path,
		written: path,
		subPaths: join(place?.path ?? claim.directory, SUB_PATHS),
		elsewhere: place && subPaths ? [place.path] : [],
		bytes,
		description: sentenceOf(bytes),
		remove: () => {
			if (keep) {
				claim.abandon();
				if (subPaths) place?.abandon();
				else place?.remove();
				return [];
			}
			place?.remove();
			return claim.release().map((name) => join(claim.directory, name));
		},
	};
}

function linkedLayout(claim: Claim, { flat, volumes, backing, subPaths, keep }: LayoutOptions): Directories {
	const place = placeBelow(typeof backing === 'object' ? backing.below : undefined);
	const held = volumes.map(({ name, made }) => ({ path: join(PLACE_VOLUMES, name), made }));
	place.note({ volumes: held, trees: [SUB_PATHS] });
	const links = flat ? ['.'] : [...volumes.map(({ name }) => name), ...(subPaths ? [SUB_PATHS] : [])];
	claim.note({ place: place.path, links, holdings: NO_HOLDINGS });
	const bytes = { path: place.path, tmpfs: place.tmpfs };
	const written = (volume: string): string => join(place.path, PLACE_VOLUMES, volume);
	try {
		mkdirSync(join(place.path, PLACE_VOLUMES));
		if (flat) symlinkSync(written((volumes[0] as { name: string }).name), claim.directory);
		else {
			for (const { name } of volumes) symlinkSync(written(name), join(claim.directory, name));
			if (subPaths) symlinkSync(join(place.path, SUB_PATHS), join(claim.directory, SUB_PATHS));
		}
	} catch (error) {
		place.remove();
		throw error;
	}
	return {
		shown: (volume) => (flat ? claim.directory : join(claim.directory, volume)),
		written,
		subPaths: join(place.path, SUB_PATHS),
		elsewhere: [place.path],
		bytes,
		description: `${sentenceOf(bytes)}; ${basename(claim.directory)} links to them`,
		remove: () => {
			if (keep) {
				claim.abandon();
				place.abandon();
				return [];
			}
			const foreign = place.remove();
			return [...foreign, ...claim.release().map((name) => join(claim.directory, name))];
		},
	};
}

/** @throws InputError when no place can be made there. */
function placeBelow(base: string | undefined): TemporaryPlace {
	try {
		return makeTemporaryPlace(base);
	} catch (error) {
		throw inputErrorOf(error, `cannot make a directory in ${base ?? 'a temporary directory'}`);
	}
}

function sentenceOf({ path, tmpfs }: BytesPlace): string {
	return `the bytes are in ${path}, ${tmpfs ? 'in memory (tmpfs)' : 'on a disk'}`;
}
