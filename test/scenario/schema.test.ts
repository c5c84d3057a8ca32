// The schema is the one source of the JSON Schema and of the field reference; both are committed and compared here.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fieldReference } from '../../src/scenario/field-reference.js';
import { type Json, scenarioJsonSchema, scenarioJsonSchemaText } from '../../src/scenario/json-schema.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('scenario schema');
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const SCHEMA_FILE = repositoryPath('scenarios', 'scenario.schema.json');
const DOCS_FILE = repositoryPath('docs', 'scenarios.md');

type JsonObject = { readonly [key: string]: Json };

/** Every documented field of the JSON Schema, by path. */
function fields(schema: JsonObject, path: string, visit: (path: string, field: JsonObject) => void): void {
	for (const [name, field] of Object.entries((schema['properties'] ?? {}) as JsonObject)) {
		visit(`${path}.${name}`, field as JsonObject);
		fields(field as JsonObject, `${path}.${name}`, visit);
	}
	for (const inner of (schema['anyOf'] ?? []) as readonly JsonObject[]) fields(inner, path, visit);
	if (schema['items'] !== undefined) fields(schema['items'] as JsonObject, `${path}[]`, visit);
}

test('the committed JSON Schema is the generated one', () => {
	const text = scenarioJsonSchemaText();
	if (UPDATE) writeFileSync(SCHEMA_FILE, text);
	assert.is(readFileSync(SCHEMA_FILE, 'utf8'), text, 'UPDATE_GOLDEN=1 npm test writes it anew');
});

test('every field has a description, a unit, a default and an example', () => {
	let count = 0;
	fields(scenarioJsonSchema(), '', (path, field) => {
		if (field['x-ignored'] === true) return;
		count++;
		for (const key of ['description', 'x-unit', 'examples']) assert.ok(field[key] !== undefined, `${path} has no ${key}`);
		assert.ok(field['default'] !== undefined || field['x-default'] !== undefined, `${path} has no default`);
	});
	assert.ok(count > 100, `${count} fields`);
});

test('the documentation has every field', () => {
	const page = readFileSync(DOCS_FILE, 'utf8');
	const parts = /^([\s\S]*?<!-- generated[^\n]*-->\n)([\s\S]*)(<!-- end -->\n)$/.exec(page);
	if (parts === null) throw new Error('docs/scenarios.md has no generated part');
	const generated = `\n${fieldReference()}\n`;
	if (UPDATE) writeFileSync(DOCS_FILE, `${parts[1]}${generated}${parts[3]}`);
	else assert.is(parts[2], generated, 'UPDATE_GOLDEN=1 npm test writes it anew');
	fields(scenarioJsonSchema(), '', (path, field) => {
		if (field['x-ignored'] === true) return;
		const name = path.split('.').at(-1) as string;
		assert.match(generated, new RegExp(`\`[^\`]*${name.replace('[]', '')}\``), path);
	});
});

test.run();
