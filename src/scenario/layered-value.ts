// A scenario file with settings laid over it: what `--set` and the matrix change, and a KubeletConfiguration that stands
// in a file of its own. The value is what the schema sees; each part still knows the place that it came from, so that a
// message about a matrix value points at the matrix.

import type { Place } from './input-error.js';
import { type SettingPath, startsWithPath } from './setting-path.js';
import { type PlaceOf, type SourceValue, valueAt } from './yaml-source.js';

interface Layer {
	readonly path: SettingPath;
	readonly source: SourceValue;
	/** Where the path itself is written. */
	readonly named: Place;
}

/** A setting that cannot be laid over a value; the message says what is in the way. */
export class SettingError extends Error {
	readonly code = 'SETTING';
	constructor(message: string) {
		super(message);
		this.name = 'SettingError';
	}
}

/** A value read from a file with other values laid over some of its parts. Immutable. */
export class LayeredValue implements SourceValue {
	readonly value: unknown;
	readonly #base: SourceValue;
	readonly #layers: readonly Layer[];

	constructor(base: SourceValue, layers: readonly Layer[] = []) {
		this.#base = base;
		this.#layers = layers;
		this.value = layers.reduce<unknown>((value, layer) => replaceAt(value, layer.path, layer.source.value, 0), base.value);
	}

	/**
	 * The same with `source` in the place of `path`; mappings on the way are made where they are missing. A source whose
	 * value is undefined takes the key away.
	 *
	 * @param named where the path is written; the place of the value by default.
	 *
	 * @throws SettingError if the path leads through something that is no mapping or list, or past the end of a list.
	 */
	with(path: SettingPath, source: SourceValue, named: Place = source.place([])): LayeredValue {
		return new LayeredValue(this.#base, [...this.#layers, { path, source, named }]);
	}

	/** The place of a path: in the last layer that covers it, else in the file below, else in a layer that made it. */
	place(path: SettingPath, of: PlaceOf = 'value'): Place {
		for (const layer of [...this.#layers].reverse()) {
			if (!startsWithPath(path, layer.path)) continue;
			return layer.source.place(path.slice(layer.path.length), path.length === layer.path.length ? 'value' : of);
		}
		if (valueAt(this.#base.value, path) === undefined) {
			const maker = this.#layers.find((layer) => startsWithPath(layer.path, path));
			if (maker !== undefined) return maker.named;
		}
		return this.#base.place(path, of);
	}
}

/** A plain value that stands at one place as a whole, for example one given on the command line. */
export function valueAtPlace(value: unknown, place: Place): SourceValue {
	return { value, place: () => place };
}

/** The part of a source value at `path` as a source value of its own. */
export function partOf(source: SourceValue, path: SettingPath): SourceValue {
	return { value: valueAt(source.value, path), place: (inner, of) => source.place([...path, ...inner], of) };
}

function replaceAt(value: unknown, path: SettingPath, replacement: unknown, depth: number): unknown {
	if (depth === path.length) return replacement;
	const part = path[depth] as string | number;
	if (Array.isArray(value)) {
		if (typeof part !== 'number' || part >= value.length) {
			const allowed = value.length === 0 ? 'it is empty' : `it has the items 0 to ${value.length - 1}`;
			throw new SettingError(`there is no item ${JSON.stringify(part)} in this list; ${allowed}`);
		}
		return value.map((item: unknown, i) => (i === part ? replaceAt(item, path, replacement, depth + 1) : item));
	}
	if (value !== undefined && value !== null && typeof value !== 'object') {
		throw new SettingError('it leads into a value that is neither a mapping nor a list');
	}
	if (typeof part === 'number') throw new SettingError('there is no list at that place');
	const before = (value ?? {}) as Record<string, unknown>;
	const inner = replaceAt(Object.hasOwn(before, part) ? before[part] : undefined, path, replacement, depth + 1);
	const kept = Object.entries(before).filter(([key]) => key !== String(part) || inner !== undefined);
	// fromEntries makes an own property of every key, `__proto__` included.
	const entries = kept.map(([key, item]): [string, unknown] => [key, key === String(part) ? inner : item]);
	if (inner !== undefined && !Object.hasOwn(before, part)) entries.push([String(part), inner]);
	return Object.fromEntries(entries);
}
