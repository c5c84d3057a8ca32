// The right to use a directory: a marker beside it says which process uses it and what that process made, so that a later
// start can clean up after a kill -9, and so that nothing is ever removed that was not made here. Receives a path, refuses
// one that holds anything else.

import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { errorCode } from '../projection/adapters/real-directory.js';
import { type Holdings, NO_HOLDINGS, parseHoldings, removeHoldings } from './holdings.js';
import { InputError, inputErrorOf } from './input-error.js';
import { livenessOf, ownIdentity, type ProcessIdentity, parseIdentity } from './process-identity.js';
import { createRecord, removeRecord, replaceRecord } from './record-file.js';
import { removeAbandonedPlace, sweepAbandonedPlaces, sweptText } from './temporary-place.js';

/** What a process made in and around a claimed directory. */
interface Marker {
	readonly program: 'secretsim';
	readonly owner: ProcessIdentity;
	/** Mode that the directory had before; null: it did not exist. */
	readonly formerMode: number | null;
	/** Place of the bytes when they are elsewhere; null when they are in the directory. */
	readonly place: string | null;
	/** Links in the directory that lead to the place; '.' when the directory itself is such a link. */
	readonly links: readonly string[];
	readonly holdings: Holdings;
}

/** What can be written into a marker while the claim is held. */
export type ClaimedThings = Pick<Marker, 'place' | 'links' | 'holdings'>;

const NOTHING: ClaimedThings = { place: null, links: [], holdings: NO_HOLDINGS };

/** A directory that this process may write into until it is released. */
export class Claim {
	/** Absolute path, links in its parents resolved. */
	readonly directory: string;
	/** Sentences about what a killed process had left and what became of it. */
	readonly leftovers: readonly string[];
	readonly #markerPath: string;
	#marker: Marker;

	private constructor(directory: string, markerPath: string, marker: Marker, leftovers: readonly string[]) {
		this.directory = directory;
		this.leftovers = leftovers;
		this.#markerPath = markerPath;
		this.#marker = marker;
	}

	/**
	 * Claims a directory; it is made (mode 0700) when it does not exist.
	 *
	 * @param path the directory. It has to be missing, empty, or left behind by a process of this program that is gone.
	 * @param make whether a missing directory is made; false when the caller puts a link there.
	 * @throws InputError for a directory that is in use, not empty, not a directory, or in a place that cannot be written.
	 */
	static take(path: string, make = true): Claim {
		const absolute = isAbsolute(path) ? path : resolve(path);
		const parent = realParent(absolute);
		const directory = join(parent, basename(absolute));
		const markerPath = join(parent, `.${basename(absolute)}.secretsim.json`);
		const leftovers = [...cleanUpAfterOthers(directory, markerPath), ...sweepAbandonedPlaces([parent]).map(sweptText)];
		const formerMode = requireEmpty(directory);
		const marker: Marker = { program: 'secretsim', owner: ownIdentity(), formerMode, ...NOTHING };
		attempt(markerPath, () => createRecord(markerPath, marker));
		try {
			if (formerMode === null && make) mkdirSync(directory, { mode: 0o700 });
		} catch (error) {
			removeRecord(markerPath);
			throw inputErrorOf(error, `cannot make ${directory}`);
		}
		return new Claim(directory, markerPath, marker, leftovers);
	}

	/** True when the directory was there, empty. */
	get existed(): boolean {
		return this.#marker.formerMode !== null;
	}

	/** Writes down what is about to be made. To be called before it is made, so that a kill in between loses nothing. */
	note(things: Partial<ClaimedThings>): void {
		this.#marker = { ...this.#marker, ...things };
		attempt(this.#markerPath, () => replaceRecord(this.#markerPath, this.#marker));
	}

	/**
	 * Gives the directory back: everything noted is removed, the directory too if it was made here.
	 *
	 * @returns names of what stays because it was not made here.
	 */
	release(): readonly string[] {
		const foreign = removeMade(this.directory, this.#marker);
		removeRecord(this.#markerPath);
		return foreign;
	}

	/** Gives up the claim and leaves everything where it is (`--keep`). */
	abandon(): void {
		removeRecord(this.#markerPath);
	}
}

function realParent(absolute: string): string {
	const parent = dirname(absolute);
	let real: string;
	try {
		real = realpathSync(parent);
	} catch {
		throw new InputError(`${parent} does not exist: make it first, or give another directory`);
	}
	if (!lstatSync(real).isDirectory()) throw new InputError(`${parent} is not a directory: give another place`);
	return real;
}

/** Mode of the empty directory; null when there is nothing of that name. */
function requireEmpty(directory: string): number | null {
	const status = lstatSync(directory, { throwIfNoEntry: false });
	if (!status) return null;
	if (!status.isDirectory()) {
		throw new InputError(`${directory} is not a directory but ${status.isSymbolicLink() ? 'a link' : 'a file'}: give a name that is free`);
	}
	let names: string[];
	try {
		names = readdirSync(directory);
	} catch (error) {
		throw inputErrorOf(error, `cannot read ${directory}`);
	}
	if (names.length > 0) {
		throw new InputError(
			`${directory} is not empty, and it is not what a killed secretsim left behind: give an empty directory or a name that is free`,
		);
	}
	return status.mode & 0o7777;
}

function cleanUpAfterOthers(directory: string, markerPath: string): readonly string[] {
	const marker = readMarker(markerPath);
	if (!marker) return [];
	const { pid } = marker.owner;
	const liveness = livenessOf(marker.owner);
	if (liveness === 'alive') throw new InputError(`${directory} is in use by process ${pid}: end it first, or give another directory`);
	if (liveness === 'unknown') {
		throw new InputError(
			`${directory} was taken by process ${pid} of another container, which cannot be seen from here: remove ${markerPath} if it is gone`,
		);
	}
	const foreign = removeMade(directory, marker);
	removeRecord(markerPath);
	const left = foreign.length === 0 ? '' : `; left alone, not made by secretsim: ${foreign.join(', ')}`;
	return [`${directory}: process ${pid} was killed before it could clean up; removed what it had made${left}`];
}

/** Removes what a marker lists and nothing else. Gives what is left in a directory that should have gone. */
function removeMade(directory: string, marker: Marker): readonly string[] {
	if (marker.place !== null) {
		for (const link of marker.links) {
			if (link === '.') removeLink(directory, marker.place);
			else if (!link.includes('/')) removeLink(join(directory, link), marker.place);
		}
		if (livenessOf(marker.owner) === 'gone') removeAbandonedPlace(marker.place);
	}
	const foreign = removeHoldings(directory, marker.holdings);
	if (!lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return foreign;
	if (marker.formerMode !== null) {
		// Only a mode that was changed here can be changed back.
		if ((lstatSync(directory).mode & 0o7777) !== marker.formerMode) chmodSync(directory, marker.formerMode);
		return foreign;
	}
	const names = readdirSync(directory);
	if (names.length === 0) rmdirSync(directory);
	return [...new Set([...foreign, ...names.filter((name) => !foreign.some((path) => path.startsWith(`${name}/`)))])];
}

function removeLink(path: string, place: string | null): void {
	const status = lstatSync(path, { throwIfNoEntry: false });
	if (place === null || !status?.isSymbolicLink()) return;
	const text = readlinkSync(path);
	if (text === place || text.startsWith(`${place}/`)) unlinkSync(path);
}

function readMarker(path: string): Marker | null {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return null;
		throw inputErrorOf(error, `cannot read ${path}`);
	}
	const marker = parseMarker(text);
	if (!marker)
		throw new InputError(`${path} cannot be understood: it should say what secretsim made here. Remove it if nothing is left of that`);
	return marker;
}

function parseMarker(text: string): Marker | null {
	try {
		const value = JSON.parse(text) as Marker;
		const owner = parseIdentity(value.owner);
		const holdings = parseHoldings(value.holdings);
		const isLinks = Array.isArray(value.links) && value.links.every((item) => typeof item === 'string');
		if (value.program !== 'secretsim' || !owner || !holdings || !isLinks) return null;
		if (value.place !== null && typeof value.place !== 'string') return null;
		return { ...value, owner, holdings, formerMode: typeof value.formerMode === 'number' ? value.formerMode : null };
	} catch {
		return null;
	}
}

function attempt(path: string, write: () => void): void {
	try {
		write();
	} catch (error) {
		throw inputErrorOf(error, `cannot write ${path}`);
	}
}
