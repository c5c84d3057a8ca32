// Looks up what a Kubernetes release does: from a version such as "1.36" or "v1.36.3" to a profile that the model reads,
// and from a profile to the cells of the table that nobody has checked. The facts themselves are in version-table.ts.

import type { VersionFactName, VersionProfile } from './version-profile.js';
import type { CellStatus, VersionRow } from './version-table.js';
import { RELEASES, VERSION_TABLE } from './version-table.js';

export type { VersionFactName, VersionProfile } from './version-profile.js';
export { eventText } from './version-profile.js';

/** The releases that have a profile, oldest first: "1.24" ... "1.36". */
export const VERSIONS: readonly string[] = RELEASES;

/** The release that scenarios use when they name none, the newest one. */
export const DEFAULT_VERSION: string = RELEASES[RELEASES.length - 1] as string;

/** A version that has no profile, or that is no version. */
export class VersionError extends Error {
	readonly code = 'VERSION';
	constructor(version: string) {
		super(
			`there is no profile of Kubernetes ${JSON.stringify(version)}; there are ${VERSIONS[0]} to ${DEFAULT_VERSION}: ${VERSIONS.join(', ')}`,
		);
		this.name = 'VersionError';
	}
}

/** One cell of the version table. */
export interface VersionCell<T = unknown> {
	readonly fact: VersionFactName;
	readonly value: T;
	readonly source: string;
	readonly status: CellStatus;
}

interface Position {
	readonly minor: number;
	/** Infinity: the last patch of the minor release. */
	readonly patch: number;
}

const VERSION_FORM = /^v?1\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+].*)?$/;

function positionOf(version: string): Position | undefined {
	const match = VERSION_FORM.exec(version.trim());
	if (match === null) return undefined;
	return { minor: Number(match[1]), patch: match[2] === undefined ? Number.POSITIVE_INFINITY : Number(match[2]) };
}

function reached(key: string, at: Position): boolean {
	const from = positionOf(key) as Position;
	// A key without a patch begins with the minor release's first patch.
	const patch = from.patch === Number.POSITIVE_INFINITY ? 0 : from.patch;
	return from.minor < at.minor || (from.minor === at.minor && patch <= at.patch);
}

function keyAt(row: VersionRow<unknown>, at: Position): string {
	let found: string | undefined;
	for (const key of Object.keys(row.values)) {
		if (reached(key, at)) found = key;
	}
	if (found === undefined) throw new Error(`version table: the row "${row.what}" has no value for 1.${at.minor}`);
	return found;
}

/**
 * One cell of the table.
 *
 * @param version as for {@link profileOf}.
 * @throws VersionError for a version without a profile.
 */
export function versionCell(fact: VersionFactName, version: string): VersionCell {
	const at = positionOf(version);
	if (at === undefined || !VERSIONS.includes(`1.${at.minor}`)) throw new VersionError(version);
	const row = VERSION_TABLE[fact] as VersionRow<unknown>;
	const key = keyAt(row, at);
	return { fact, value: row.values[key], source: row.source, status: row.status[key] ?? 'verified' };
}

/** Names of all facts, in the table's order. */
export const VERSION_FACTS: readonly VersionFactName[] = Object.keys(VERSION_TABLE) as VersionFactName[];

/**
 * The profile of a release.
 *
 * @param version "1.36", "v1.36", "1.36.3" or "v1.36.3+build"; without a patch the last patch of that minor release.
 * @throws VersionError for a version without a profile; its message lists those that exist.
 */
export function profileOf(version: string): VersionProfile {
	const at = positionOf(version);
	if (at === undefined || !VERSIONS.includes(`1.${at.minor}`)) throw new VersionError(version);
	const name = at.patch === Number.POSITIVE_INFINITY ? `1.${at.minor}` : `1.${at.minor}.${at.patch}`;
	const profile: Record<string, unknown> = { version: name };
	for (const fact of VERSION_FACTS) profile[fact] = versionCell(fact, name).value;
	return Object.freeze(profile) as unknown as VersionProfile;
}

/**
 * The cells behind a result that were not verified; a result lists them.
 *
 * @param usedFacts the facts that the run depended on; all of them by default.
 */
export function unverifiedCells(profile: VersionProfile, usedFacts: Iterable<VersionFactName> = VERSION_FACTS): VersionCell[] {
	const cells: VersionCell[] = [];
	for (const fact of new Set(usedFacts)) {
		const cell = versionCell(fact, profile.version);
		if (cell.status !== 'verified') cells.push(cell);
	}
	return cells;
}
