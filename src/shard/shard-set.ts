// Whether partial results together are one whole study: every shard once, all of one plan, one program and one split. What
// is wrong is told as one list, so that it can be put right in one go.

import type { OpenedPartial } from './partial-file.js';
import { ShardFileError } from './shard-file-error.js';

/** Numbers as ranges: `3, 7 to 9`. */
function ranges(numbers: readonly number[]): string {
	const groups: [number, number][] = [];
	for (const number of numbers) {
		const last = groups.at(-1);
		if (last !== undefined && last[1] === number - 1) last[1] = number;
		else groups.push([number, number]);
	}
	return groups.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`)).join(', ');
}

/** What most of the files say, so that a stray one is the foreign one; the first of equals. */
function mostCommon(texts: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
	return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0])[0];
}

/** Why a file is not of the study that the others are of; null when it is. */
function strangeness(file: OpenedPartial, study: OpenedPartial): string | null {
	if (file.planDigest !== study.planDigest) return `is of another plan (${file.planDigest}, not ${study.planDigest})`;
	if (file.version !== study.version) return `was made by secretsim ${file.version}, not ${study.version}`;
	if (file.shard.count !== study.shard.count) return `is one of ${file.shard.count} shards, not of ${study.shard.count}`;
	return file.command === study.command ? null : `was asked for as "${file.command}", not as "${study.command}"`;
}

/**
 * The files of a study in the order of their shards.
 *
 * @param version of this program: another one may summarise differently.
 * @throws ShardFileError with a list of what is missing, twice there or foreign.
 */
export function wholeStudy(files: readonly OpenedPartial[], version: string): readonly OpenedPartial[] {
	const identity = ({ planDigest, version: made, shard, command }: OpenedPartial): string =>
		JSON.stringify([planDigest, made, shard.count, command]);
	const common = mostCommon(files.map(identity));
	const study = files.find((file) => identity(file) === common);
	if (study === undefined) throw new ShardFileError('there is no partial result to merge; secretsim run --shard I/N writes them');
	const problems: string[] = [];
	if (study.version !== version)
		problems.push(`the shards were made by secretsim ${study.version}, this is ${version}: use that version, or run them again`);
	const byIndex = new Map<number, OpenedPartial[]>();
	for (const file of files) {
		const strange = strangeness(file, study);
		if (strange !== null) problems.push(`foreign: ${file.path} ${strange}`);
		else byIndex.set(file.shard.index, [...(byIndex.get(file.shard.index) ?? []), file]);
	}
	for (const [index, same] of [...byIndex].sort(([a], [b]) => a - b)) {
		if (same.length > 1) problems.push(`duplicate: shard ${index} is in ${same.map(({ path }) => path).join(' and in ')}`);
	}
	const { count } = study.shard;
	const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !byIndex.has(index));
	if (missing.length > 0) problems.push(`missing: shard${missing.length === 1 ? '' : 's'} ${ranges(missing)} of ${count} (counted from 0)`);
	if (problems.length > 0)
		throw new ShardFileError(`these files are not one whole study; nothing was written\n${problems.map((one) => `  ${one}`).join('\n')}`);
	return Array.from({ length: count }, (_, index) => byIndex.get(index)?.[0] as OpenedPartial);
}
