// Takes the fields of one object of a manifest by name and kind and reports what does not fit: wrong kinds with the text
// of Kubernetes' own decoder, and misspelt names with a suggestion. Fields that Kubernetes knows and the pipeline does not
// read are passed over, as is anything that resembles no known field, because newer releases have more fields.

import type { DocumentPath, ManifestProblem, ProblemSink } from './problem.js';
import { describe, describeKind, pathText } from './problem.js';
import { nearest } from './suggestion.js';

/** Kubernetes' decoder names the Go struct and field of a value that it cannot decode. */
export interface GoPlace {
	/** Name of the innermost struct, for example `SecretVolumeSource`. */
	readonly struct: string;
	/** JSON names of the struct fields that lead there, without map keys and list indexes. */
	readonly fields: readonly string[];
}

/** How Go's decoder calls a JSON value in its error texts. */
function goValueName(value: unknown): string {
	if (Array.isArray(value)) return 'array';
	if (typeof value === 'boolean') return 'bool';
	return typeof value;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads one object of a manifest. A field that is null counts as absent, as in Kubernetes. */
export class FieldReader {
	readonly path: DocumentPath;
	readonly #value: Record<string, unknown>;
	readonly #sink: ProblemSink;
	readonly #go: GoPlace;
	readonly #read = new Set<string>();

	constructor(value: Record<string, unknown>, path: DocumentPath, go: GoPlace, sink: ProblemSink) {
		this.#value = value;
		this.path = path;
		this.#go = go;
		this.#sink = sink;
	}

	/** The field's value; undefined when it is absent or null. */
	raw(name: string): unknown {
		this.#read.add(name);
		return Object.hasOwn(this.#value, name) ? (this.#value[name] ?? undefined) : undefined;
	}

	/** Names of the fields that are there and not null. */
	names(): string[] {
		return Object.keys(this.#value).filter((name) => this.#value[name] !== null && this.#value[name] !== undefined);
	}

	/** Reports a problem at a field of this object, or at the object itself. */
	report(problem: Omit<ManifestProblem, 'path'>, ...below: (string | number)[]): void {
		this.#sink({ path: [...this.path, ...below], ...problem });
	}

	/** Reports that a required field is missing or empty, and a field that is there and may have been meant. */
	reportRequired(name: string, allowed: string): void {
		const at = pathText([...this.path, name]);
		const misspelt = this.names().find((other) => !this.#read.has(other) && nearest(other, [name]) !== undefined);
		const suggestion = misspelt === undefined ? {} : { suggestion: `${name} instead of ${misspelt}` };
		this.report({ severity: 'error', found: 'nothing', allowed, message: `${at}: Required value`, ...suggestion }, name);
	}

	string(name: string, goType = 'string'): string | undefined {
		const value = this.raw(name);
		if (value === undefined || typeof value === 'string') return value;
		this.#wrongKind(
			name,
			value,
			'a string',
			goType,
			typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(`${value}`) : undefined,
		);
		return undefined;
	}

	/** A string that must be there and not empty; reports and gives '' otherwise. */
	requiredString(name: string, allowed = 'a string'): string {
		const value = this.string(name);
		if (value === '' || this.raw(name) === undefined) this.reportRequired(name, allowed);
		return value ?? '';
	}

	boolean(name: string): boolean | undefined {
		const value = this.raw(name);
		if (value === undefined || typeof value === 'boolean') return value;
		const meant = value === 'true' || value === 'false' ? value : undefined;
		this.#wrongKind(name, value, 'true or false', 'bool', meant);
		return undefined;
	}

	/** A whole number of `min..max`. */
	integer(name: string, min: number, max: number, goType = 'int64', allowed = `a whole number from ${min} to ${max}`): number | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		if (typeof value !== 'number') {
			this.#wrongKind(name, value, allowed, goType, typeof value === 'string' && /^\d+$/.test(value) ? value : undefined);
			return undefined;
		}
		if (Number.isInteger(value) && value >= min && value <= max) return value;
		const at = pathText([...this.path, name]);
		this.report(
			{ severity: 'error', found: describe(value), allowed, message: `${at}: Invalid value: ${value}: must be ${allowed}` },
			name,
		);
		return undefined;
	}

	/** An object; undefined when absent or, after a report, when it is none. */
	object(name: string, goStruct: string): FieldReader | undefined {
		const value = this.raw(name);
		if (value === undefined) return undefined;
		if (isObject(value)) return new FieldReader(value, [...this.path, name], this.#goBelow(name, goStruct), this.#sink);
		this.#wrongKind(name, value, 'an object', `v1.${goStruct}`);
		return undefined;
	}

	/** The objects of a list, each with a reader of its own; empty when absent. */
	objects(name: string, goStruct: string): FieldReader[] {
		const readers: FieldReader[] = [];
		for (const [index, item] of this.list(name, `[]v1.${goStruct}`).entries()) {
			if (isObject(item)) readers.push(new FieldReader(item, [...this.path, name, index], this.#goBelow(name, goStruct), this.#sink));
			// A null item decodes into an empty struct.
			else if (item === null) readers.push(new FieldReader({}, [...this.path, name, index], this.#goBelow(name, goStruct), this.#sink));
			else this.#wrongKind(name, item, 'an object', `v1.${goStruct}`, undefined, index);
		}
		return readers;
	}

	list(name: string, goType: string): readonly unknown[] {
		const value = this.raw(name);
		if (value === undefined) return [];
		if (Array.isArray(value)) return value;
		this.#wrongKind(name, value, 'a list', goType);
		return [];
	}

	/** A map with text values; a null value is the empty text. `secret` keeps values out of reports. */
	strings(name: string, options: { readonly secret?: boolean; readonly goType?: string } = {}): [string, string][] {
		const value = this.raw(name);
		if (value === undefined) return [];
		if (!isObject(value)) {
			this.#wrongKind(
				name,
				value,
				'an object with text values',
				options.goType ?? 'map[string]string',
				undefined,
				undefined,
				options.secret,
			);
			return [];
		}
		const entries: [string, string][] = [];
		for (const [key, item] of Object.entries(value)) {
			if (typeof item === 'string') entries.push([key, item]);
			else if (item === null) entries.push([key, '']);
			else this.#wrongKind(name, item, 'a string', elementType(options.goType), quoted(item, options.secret), key, options.secret);
		}
		return entries;
	}

	/** Reports fields that Kubernetes does not know but that resemble one it knows. */
	finish(known: readonly string[]): void {
		for (const name of this.names()) {
			if (this.#read.has(name) || known.includes(name)) continue;
			const suggestion = nearest(name, [...this.#read, ...known]);
			if (suggestion === undefined) continue;
			const message = `unknown field "${pathText([...this.path, name])}", which Kubernetes ignores; did you mean "${suggestion}"?`;
			this.report({ severity: 'warning', found: `the field "${name}"`, allowed: [...this.#read].join(', '), suggestion, message }, name);
		}
	}

	#goBelow(name: string, struct: string): GoPlace {
		return { struct, fields: [...this.#go.fields, name] };
	}

	#wrongKind(
		name: string,
		value: unknown,
		allowed: string,
		goType: string,
		suggestion?: string,
		below?: string | number,
		secret = false,
	): void {
		const place = `${this.#go.struct}.${[...this.#go.fields, name].join('.')}`;
		const decoderText = `json: cannot unmarshal ${goValueName(value)} into Go struct field ${place} of type ${goType}`;
		const path = below === undefined ? [name] : [name, below];
		const found = secret ? describeKind(value) : describe(value);
		const message = `${pathText([...this.path, ...path])}: expected ${allowed}, found ${found}`;
		this.report({ severity: 'error', found, allowed, message, decoderText, ...(suggestion === undefined ? {} : { suggestion }) }, ...path);
	}
}

function elementType(mapType: string | undefined): string {
	return mapType === undefined ? 'string' : mapType.replace(/^map\[string\]/, '');
}

function quoted(value: unknown, secret = false): string | undefined {
	if (secret || (typeof value !== 'number' && typeof value !== 'boolean')) return undefined;
	return JSON.stringify(`${value}`);
}
