// The field reference of docs/scenarios.md as Markdown, made from the JSON Schema and so from schema.ts: one row per field
// with its unit, its default, what it means and an example.

import { VERBS } from './action-schema.js';
import { type Json, scenarioJsonSchema } from './json-schema.js';

type JsonObject = { readonly [key: string]: Json };

/** Fields that an action can have whatever its verb is. */
const TIME_FIELDS: readonly string[] = ['id', 'at', 'every', 'from', 'until', 'times', 'jitter'];

/** The whole reference, without a title. */
export function fieldReference(): string {
	const schema = scenarioJsonSchema();
	const rows = fieldsOf(schema, '');
	return [...table(rows), '', ...actionReference(schema)].join('\n');
}

interface Row {
	readonly path: string;
	readonly field: JsonObject;
}

function propertiesOf(schema: JsonObject): JsonObject {
	const own = schema['properties'] as JsonObject | undefined;
	if (own !== undefined) return own;
	const alternatives = (schema['anyOf'] ?? []) as readonly JsonObject[];
	return alternatives.map(propertiesOf).find((properties) => Object.keys(properties).length > 0) ?? {};
}

/** Every field below a schema, but actions (which have a part of their own) and fields that play no role. */
function fieldsOf(schema: JsonObject, prefix: string): Row[] {
	return Object.entries(propertiesOf(schema)).flatMap(([name, value]): Row[] => {
		const field = value as JsonObject;
		const path = prefix === '' ? name : `${prefix}.${name}`;
		if (field['x-ignored'] === true) return [];
		const row = { path, field };
		if (path === 'actions') return [row];
		const items = field['items'] as JsonObject | undefined;
		return items === undefined ? [row, ...fieldsOf(field, path)] : [row, ...fieldsOf(items, `${path}[]`)];
	});
}

function actionReference(schema: JsonObject): string[] {
	const actions = (propertiesOf(schema)['actions'] as JsonObject)['items'] as JsonObject;
	const alternatives = actions['anyOf'] as readonly JsonObject[];
	const [first] = alternatives;
	const times = fieldsOf(first as JsonObject, '').filter((row) => TIME_FIELDS.includes(row.path));
	const lines = ['### When an action happens', '', ...table(times), ''];
	for (const [index, verb] of VERBS.entries()) {
		const rows = fieldsOf(alternatives[index] as JsonObject, '').filter((row) => !TIME_FIELDS.includes(row.path));
		lines.push(`### ${verb}`, '', ...table(rows), '');
	}
	return lines;
}

function table(rows: readonly Row[]): string[] {
	return [
		'| field | what it means | given in | default | example |',
		'| --- | --- | --- | --- | --- |',
		...rows.map(({ path, field }) => {
			const example = (field['examples'] as readonly Json[] | undefined)?.[0];
			return `| \`${path}\` | ${cell(field['description'])} | ${cell(field['x-unit'])} | ${defaultOf(field)} | ${example === undefined ? '' : code(example)} |`;
		}),
	];
}

function defaultOf(field: JsonObject): string {
	const derived = field['x-default'];
	if (derived !== undefined) return cell(derived);
	return field['default'] === undefined ? '' : code(field['default']);
}

function cell(value: Json | undefined): string {
	return String(value ?? '').replaceAll('|', '\\|');
}

function code(value: Json): string {
	return `\`${(typeof value === 'string' ? value : inYaml(value)).replaceAll('|', '\\|')}\``;
}

/** A value as one would write it in a line of YAML. */
function inYaml(value: Json): string {
	if (Array.isArray(value)) return `[${(value as readonly Json[]).map(inYaml).join(', ')}]`;
	if (typeof value !== 'object' || value === null) {
		return typeof value === 'string' && !/^[\w./%-]+$/.test(value) ? JSON.stringify(value) : String(value);
	}
	const entries = Object.entries(value).map(([key, inner]) => `${key}: ${inYaml(inner)}`);
	return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
