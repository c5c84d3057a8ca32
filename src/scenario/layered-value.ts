// A scenario file with settings laid over it: what `--set` and the matrix change, and a KubeletConfiguration that stands
// in a file of its own. The value is what the schema sees; each part still knows the place that it came from, so that a
// message about a matrix value points at the matrix.

import type { Place } from './input-error.js';
import type { SettingPath } from './setting-path.js';
import type { PlaceOf, SourceValue } from './yaml-source.js';

interface Layer {
	readonly path: SettingPath;
	readonly source: SourceValue;
}

/** A setting that cannot be laid over a value; the message says what is in the way. */
export class SettingError extends Error {
	readonly code = 'SETTING';
	/** How many parts of the path fit. */
	readonly depth: number;
	constructor(message: string, depth: number) {
		super(message);
		this.name = 'SettingError';
		this.depth = depth;
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
	 * The same with `source` in the place of `path`; mappings on the way are made where they are missing.
	 *
	 * @throws SettingError if the path leads through something that is no mapping or list, or past the end of a list.
	 */
	with(path: SettingPath, source: SourceValue): LayeredValue {
		return new LayeredValue(this.#base, [...this.#layers, { path, source }]);
	}

	/** The nearest place of a path: in the last layer that covers it, or in the file below. */
	place(path: SettingPath, of: PlaceOf = 'value'): Place {
		for (const layer of [...this.#layers].reverse()) {
			if (!startsWith(path, layer.path)) continue;
			return layer.source.place(path.slice(layer.path.length), path.length === layer.path.length ? 'value' : of);
		}
		return this.#base.place(path, of);
	}
}

/** A plain value that stands at one place as a whole, for example one given on the command line. */
export function valueAtPlace(value: unknown, place: Place): SourceValue {
	return { value, place: () => place };
}

/** The part of a source value at `path` as a source value of its own. */
export function partOf(source: SourceValue, path: SettingPath, value: unknown): SourceValue {
	return { value, place: (inner, of) => source.place([...path, ...inner], of) };
}

function startsWith(path: SettingPath, prefix: SettingPath): boolean {
	return prefix.length <= path.length && prefix.every((part, i) => String(part) === String(path[i]));
}

function replaceAt(value: unknown, path: SettingPath, replacement: unknown, depth: number): unknown {
	if (depth === path.length) return replacement;
	const part = path[depth] as string | number;
	if (Array.isArray(value)) {
		if (typeof part !== 'number' || part >= value.length) {
			const allowed = value.length === 0 ? 'it is empty' : `it has the items 0 to ${value.length - 1}`;
			throw new SettingError(`there is no item ${JSON.stringify(part)} in this list; ${allowed}`, depth);
		}
		return value.map((item: unknown, i) => (i === part ? replaceAt(item, path, replacement, depth + 1) : item));
	}
	if (value !== undefined && value !== null && typeof value !== 'object') {
		throw new SettingError('it leads into a value that is neither a mapping nor a list', depth);
	}
	const before = (value ?? {}) as Record<string, unknown>;
	const after: Record<string, unknown> = Object.fromEntries(Object.entries(before));
	const inner = Object.hasOwn(before, part) ? before[part] : undefined;
	Object.defineProperty(after, part, {
		value: replaceAt(inner, path, replacement, depth + 1),
		enumerable: true,
		configurable: true,
		writable: true,
	});
	return after;
}
