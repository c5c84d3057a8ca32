// Finds where code and tests cite the rules of the rule book: K2.4, A1.3, or a list of them in brackets.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryPath } from '../support/repository.js';

/** Files that cite each rule, by rule id, paths relative to the repository. */
export type Citations = ReadonlyMap<string, readonly string[]>;

const RULE = /\b([KA]\d{1,2}(?:\.\d{1,2})?)\b/g;

/** The citations of all TypeScript files below a folder of the repository. */
export function citationsIn(folder: string, ignore: readonly string[] = []): Citations {
	const found = new Map<string, Set<string>>();
	for (const entry of readdirSync(repositoryPath(folder), { recursive: true, withFileTypes: true })) {
		if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
		const path = join(entry.parentPath, entry.name);
		const relative = path.slice(repositoryPath().length + 1);
		if (ignore.some((prefix) => relative.startsWith(prefix))) continue;
		for (const [, rule] of readFileSync(path, 'utf8').matchAll(RULE)) {
			if (rule === undefined) continue;
			const files = found.get(rule) ?? new Set();
			found.set(rule, files.add(relative));
		}
	}
	return new Map([...found].map(([rule, files]) => [rule, [...files].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))]));
}

/** The model comes first, what talks about the model last. */
function rank(path: string): number {
	return /^src\/(explain|scenario|cli|report|analytic)\//.test(path) ? 1 : 0;
}

/** Files that cite a rule itself, or the whole section that it belongs to. */
export function filesCiting(citations: Citations, rule: string): readonly string[] {
	const section = rule.startsWith('K20') ? rule : (rule.split('.')[0] as string);
	const own = citations.get(rule) ?? [];
	return own.length > 0 ? own : (citations.get(section) ?? []);
}
