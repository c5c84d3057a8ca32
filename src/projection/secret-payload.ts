// The files of one Secret: all of its keys, or the listed ones under their own paths. Receives the Secret's data, gives
// files or the error that stops the refresh. Follows MakePayload of pkg/volume/secret/secret.go (K7.2).

import { NO_DEFAULT_MODE, type ObjectSelection, type PayloadFile, type PayloadResult } from './payload-context.js';

/**
 * `MakePayload` of the secret plugin.
 *
 * @param data the Secret's `data`; empty for a missing optional Secret.
 * @param selection `items`, `defaultMode`, `optional` of the volume source. A later item wins where two have one path.
 */
export function secretPayload<C>(data: Readonly<Record<string, C>>, selection: ObjectSelection): PayloadResult<C> {
	return selectKeys(
		selection,
		() => Object.entries(data),
		(key) => (Object.hasOwn(data, key) ? { content: data[key] as C } : undefined),
		(key) => `references non-existent secret key: ${key}`,
	);
}

/** What both plugins have in common: default mode, all keys or listed keys, missing keys. */
export function selectKeys<C>(
	selection: ObjectSelection,
	all: () => readonly (readonly [string, C])[],
	find: (key: string) => { readonly content: C } | undefined,
	missing: (key: string) => string,
): PayloadResult<C> {
	const { defaultMode } = selection;
	if (defaultMode === undefined) return { kind: 'error', text: NO_DEFAULT_MODE };
	const files = new Map<string, PayloadFile<C>>();
	if (selection.items === undefined || selection.items.length === 0) {
		for (const [path, content] of all()) files.set(path, { path, mode: defaultMode, content });
		return { kind: 'payload', files: [...files.values()] };
	}
	for (const { key, path, mode } of selection.items) {
		const found = find(key);
		if (found) files.set(path, { path, mode: mode ?? defaultMode, content: found.content });
		else if (selection.optional !== true) return { kind: 'error', text: missing(key) };
	}
	return { kind: 'payload', files: [...files.values()] };
}
