// Checks a value against the schema and turns what the schema library finds into problems with places: unknown keys with
// the key that was probably meant, missing fields, wrong types. Values of keys that may hold secrets are never shown.

import type { z } from 'zod';
import { actionSchema, fieldsOfVerb, VERBS } from './action-schema.js';
import { didYouMean, listWords } from './closest-word.js';
import { type Complaint, kindOfValue } from './field-types.js';
import type { InputProblemKind, ProblemList } from './input-error.js';
import { printPath, type SettingPath } from './setting-path.js';
import { type SourceValue, valueAt } from './yaml-source.js';

/** Fields whose values may be secret. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(['stringData', 'data', 'binaryData']);

/** Longest value that a message repeats. */
const LONGEST_SHOWN = 60;

/**
 * Checks `source` against `schema`.
 *
 * @param prefix path of `source` in the whole file, for the text of messages.
 * @returns the value, typed; null if anything was reported to `problems`.
 */
export function checkSchema<T>(schema: z.ZodType<T>, source: SourceValue, problems: ProblemList, prefix: SettingPath = []): T | null {
	const result = schema.safeParse(source.value, { reportInput: false });
	if (result.success) return result.data;
	for (const issue of result.error.issues) reportIssue(issue, [], { schema, source, problems, prefix });
	return null;
}

interface Context {
	readonly schema: z.ZodType;
	readonly source: SourceValue;
	readonly problems: ProblemList;
	readonly prefix: SettingPath;
}

type Issue = z.core.$ZodIssue;

function reportIssue(issue: Issue, parent: SettingPath, context: Context): void {
	const path = [...parent, ...(issue.path as (string | number)[])];
	switch (issue.code) {
		case 'unrecognized_keys':
			for (const key of issue.keys) reportUnknownKey(path, key, context);
			return;
		case 'invalid_union':
			reportUnion(issue, path, context);
			return;
		case 'custom':
			reportComplaint(issue.params?.['complaint'] as Complaint, path, context);
			return;
		case 'invalid_type':
			reportComplaint({ message: `must be ${issue.expected === 'array' ? 'a list' : 'a mapping'}` }, path, context);
			return;
		default:
			reportComplaint({ message: 'is not valid' }, path, context);
	}
}

/** The text of a value for a message; null for values that may be secret and for those that are not there. */
export function showValue(path: SettingPath, value: unknown): string | null {
	if (value === undefined) return null;
	const isSecret = path.some((part) => typeof part === 'string' && SECRET_FIELDS.has(part));
	if (isSecret || (typeof value === 'object' && value !== null)) return kindOfValue(value);
	const text = JSON.stringify(value) ?? String(value);
	return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 3)}...` : text;
}

function reportComplaint(complaint: Complaint, path: SettingPath, context: Context): void {
	const { source, problems, prefix } = context;
	const value = valueAt(source.value, path);
	const isMissing = value === undefined;
	const kind: InputProblemKind = isMissing ? 'missing' : 'value';
	problems.add(source.place(path), kind, `${nameOf([...prefix, ...path])} ${isMissing ? 'is missing' : complaint.message}`, {
		found: showValue(path, value),
		allowed: complaint.allowed ?? null,
		suggestion: complaint.suggestion ?? null,
	});
}

function nameOf(path: SettingPath): string {
	return path.length === 0 ? 'the document' : printPath(path);
}

function reportUnknownKey(path: SettingPath, key: string, context: Context): void {
	const known = knownKeys(path, context);
	const where = path.length + context.prefix.length === 0 ? 'at the top of the file' : `in ${printPath([...context.prefix, ...path])}`;
	context.problems.add(context.source.place([...path, key], 'key'), 'unknownKey', `unknown key ${JSON.stringify(key)} ${where}`, {
		allowed: known.length === 0 ? null : listWords(known),
		suggestion: didYouMean(key, known),
	});
}

/** The keys that the mapping at `path` can have, without those that are accepted and play no role. */
function knownKeys(path: SettingPath, context: Context): string[] {
	let schema: unknown = context.schema;
	for (const [depth, part] of path.entries()) {
		if (unwrap(schema) === actionSchema) return keysOfAction(valueAt(context.source.value, path.slice(0, depth)));
		schema = stepInto(unwrap(schema), part);
	}
	const last = unwrap(schema);
	if (last === actionSchema) return keysOfAction(valueAt(context.source.value, path));
	const shape = shapeOf(last) ?? {};
	return Object.keys(shape).filter((key) => (shape[key] as z.ZodType).meta()?.['x-ignored'] !== true);
}

function keysOfAction(action: unknown): string[] {
	const verbs = VERBS.filter((verb) => typeof action === 'object' && action !== null && Object.hasOwn(action, verb));
	return verbs[0] === undefined ? [...VERBS] : fieldsOfVerb(verbs[0]);
}

interface Definition {
	readonly type: string;
	readonly innerType?: z.ZodType;
	readonly element?: z.ZodType;
	readonly options?: readonly z.ZodType[];
	readonly shape?: Readonly<Record<string, z.ZodType>>;
}

function definitionOf(schema: unknown): Definition {
	return (schema as { readonly def: Definition }).def;
}

function unwrap(schema: unknown): unknown {
	let at = schema;
	while (at !== undefined && definitionOf(at).innerType !== undefined) at = definitionOf(at).innerType;
	return at;
}

function shapeOf(schema: unknown): Readonly<Record<string, z.ZodType>> | undefined {
	if (schema === undefined) return undefined;
	const definition = definitionOf(schema);
	if (definition.shape !== undefined) return definition.shape;
	for (const option of definition.options ?? []) {
		const shape = shapeOf(unwrap(option));
		if (shape !== undefined) return shape;
	}
	return undefined;
}

function stepInto(schema: unknown, part: string | number): unknown {
	if (schema === undefined) return undefined;
	return typeof part === 'number' ? definitionOf(schema).element : shapeOf(schema)?.[part];
}

function reportUnion(issue: Extract<Issue, { code: 'invalid_union' }>, path: SettingPath, context: Context): void {
	const value = valueAt(context.source.value, path);
	const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
	if (path.at(-2) === 'actions') {
		if (isMapping) reportAction(issue.errors, value as Record<string, unknown>, path, context);
		else reportComplaint({ message: 'must be a mapping with a verb and a time' }, path, context);
		return;
	}
	// The other unions are "a text or a mapping": the alternative that has the shape of the value tells what is wrong.
	const chosen = issue.errors[isMapping ? issue.errors.length - 1 : 0] ?? [];
	for (const inner of chosen) reportIssue(inner, path, context);
}

function reportAction(errors: readonly Issue[][], action: Record<string, unknown>, path: SettingPath, context: Context): void {
	const verbs = VERBS.filter((verb) => Object.hasOwn(action, verb));
	const name = printPath([...context.prefix, ...path]);
	if (verbs.length === 1) {
		for (const inner of errors[VERBS.indexOf(verbs[0] as (typeof VERBS)[number])] ?? []) reportIssue(inner, path, context);
		return;
	}
	if (verbs.length > 1) {
		const place = context.source.place([...path, verbs[1] as string], 'key');
		context.problems.add(place, 'value', `${name} has more than one verb: ${verbs.join(', ')}`, { suggestion: 'make an action of each' });
		return;
	}
	const companions = new Set(VERBS.flatMap(fieldsOfVerb));
	const strange = Object.keys(action).find((key) => !companions.has(key));
	const place = strange === undefined ? context.source.place(path) : context.source.place([...path, strange], 'key');
	context.problems.add(place, 'missing', `${name} has no verb`, {
		found: strange === undefined ? null : JSON.stringify(strange),
		allowed: VERBS.join(', '),
		suggestion: strange === undefined ? null : didYouMean(strange, VERBS),
	});
}
