// Private directories for secret bytes: on a tmpfs when the machine has one, so that values never reach a disk, as in a
// kubelet. Each carries the identity of the process that made it; places of processes that were killed are swept.

import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statfsSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Holdings, NO_HOLDINGS, parseHoldings, removeHoldings } from './holdings.js';
import { livenessOf, ownIdentity, parseIdentity } from './process-identity.js';
import { removeRecord, replaceRecord } from './record-file.js';

/** Where Linux systems have a tmpfs that everybody may use. */
const SHARED_MEMORY = '/dev/shm';
/** `TMPFS_MAGIC` of linux/magic.h. */
const TMPFS_MAGIC = 0x01021994;
const PREFIX = 'secretsim-';
/** Names of places: the process, then what mkdtemp adds. */
const PLACE_NAME = /^secretsim-\d+_\w{6}$/;
const OWNER_FILE = 'owner.json';
/** A place without an owner after this long has none: a process that lives writes it at once. Milliseconds. */
const UNOWNED_MS = 60_000;

/** A directory of mode 0700 that this process made. */
export class TemporaryPlace {
	readonly path: string;
	/** Whether the bytes are in memory only. */
	readonly tmpfs: boolean;
	#holdings: Holdings = NO_HOLDINGS;

	/** Makes a place below `base`, which exists. */
	constructor(base: string) {
		this.path = mkdtempSync(join(base, `${PREFIX}${process.pid}_`));
		this.tmpfs = isTmpfs(this.path);
		this.note(NO_HOLDINGS);
	}

	/** Writes down what is about to be made in the place. To be called before it is made, so that a kill in between loses nothing. */
	note(holdings: Holdings): void {
		this.#holdings = holdings;
		replaceRecord(join(this.path, OWNER_FILE), { owner: ownIdentity(), holdings });
	}

	/**
	 * Removes what was made, and the place if nothing else is in it.
	 *
	 * @returns paths of what stays because it was not made here.
	 */
	remove(): readonly string[] {
		return removePlace(this.path, this.#holdings);
	}

	/** Gives up the place and leaves everything in it: nobody will sweep it. */
	abandon(): void {
		removeRecord(join(this.path, OWNER_FILE));
	}
}

function removePlace(path: string, holdings: Holdings): readonly string[] {
	if (!lstatSync(path, { throwIfNoEntry: false })) return [];
	const foreign = removeHoldings(path, holdings);
	removeRecord(join(path, OWNER_FILE));
	return (foreign.length > 0 ? foreign : removeEmptyDirectories(path, holdings)).map((name) => join(path, name));
}

/** Removes the directories between the place and its volumes, and the place; gives what stays because somebody else put something there. */
function removeEmptyDirectories(path: string, { volumes }: Holdings): readonly string[] {
	const parents = new Set(volumes.map((volume) => volume.path.split('/').slice(0, -1).join('/')).filter((parent) => parent !== ''));
	const foreign = [...parents].flatMap((parent) => removeEmptyDirectory(path, parent));
	return foreign.length > 0 ? foreign : removeEmptyDirectory(path, '.');
}

function removeEmptyDirectory(path: string, relative: string): readonly string[] {
	const directory = join(path, relative);
	const status = lstatSync(directory, { throwIfNoEntry: false });
	if (!status) return [];
	if (!status.isDirectory()) return [relative];
	const names = readdirSync(directory);
	if (names.length === 0) rmdirSync(directory);
	return names.map((name) => join(relative, name));
}

/** True when a directory lies on a tmpfs. */
export function isTmpfs(path: string): boolean {
	try {
		return statfsSync(path).type === TMPFS_MAGIC;
	} catch {
		return false;
	}
}

/** Directories in which places are made, best first. */
function bases(): readonly string[] {
	return [...(isTmpfs(SHARED_MEMORY) ? [SHARED_MEMORY] : []), tmpdir()];
}

/**
 * Makes a place.
 *
 * @param base where; default a tmpfs if there is one that can be written to, else the system's temporary directory.
 * @throws Error of node:fs when none can be made.
 */
export function makeTemporaryPlace(base?: string): TemporaryPlace {
	const candidates = base === undefined ? bases() : [base];
	for (const [index, candidate] of candidates.entries()) {
		try {
			return new TemporaryPlace(candidate);
		} catch (error) {
			if (index === candidates.length - 1) throw error;
		}
	}
	throw new Error('there is no directory for temporary files');
}

/** True for a place whose process was killed before it could write down whose it is; what it had begun to write goes. */
function isUnowned(path: string): boolean {
	const names = readdirSync(path);
	if (names.some((name) => name !== `${OWNER_FILE}.new`)) return false;
	for (const name of names) unlinkSync(join(path, name));
	return true;
}

/**
 * Removes a place that a process which is gone has left.
 *
 * @returns false when it is no place, belongs to somebody else, its process lives or cannot be seen, or something else is in it.
 */
export function removeAbandonedPlace(path: string): boolean {
	try {
		const status = lstatSync(path);
		if (!status.isDirectory() || status.uid !== process.getuid?.()) return false;
		if (Date.now() - status.mtimeMs > UNOWNED_MS && isUnowned(path)) {
			rmdirSync(path);
			return true;
		}
		const record = JSON.parse(readFileSync(join(path, OWNER_FILE), 'utf8')) as Readonly<Record<string, unknown>>;
		const owner = parseIdentity(record['owner']);
		const holdings = parseHoldings(record['holdings']);
		if (!owner || !holdings || livenessOf(owner) !== 'gone') return false;
		return removePlace(path, holdings).length === 0;
	} catch {
		return false;
	}
}

/** What is said of a place that was swept. */
export function sweptText(path: string): string {
	return `removed ${path}, left behind by a process that was killed`;
}

/**
 * Removes all places of this user whose processes are gone; gives their paths.
 *
 * @param directories where they are looked for; default where {@link makeTemporaryPlace} makes them by itself.
 */
export function sweepAbandonedPlaces(directories: readonly string[] = bases()): readonly string[] {
	return directories.flatMap((base) => {
		try {
			const names = readdirSync(base).filter((name) => PLACE_NAME.test(name));
			return names.map((name) => join(base, name)).filter(removeAbandonedPlace);
		} catch {
			return [];
		}
	});
}
