// The JSON Schema of the scenario file, generated from schema.ts: what editors complete and check while one types, and what
// `secretsim schema` prints. It is committed as scenarios/scenario.schema.json, and a test makes it anew and compares.

import { z } from 'zod';
import { scenarioSchema } from './schema.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The JSON Schema (draft 2020-12) of a scenario file. `x-unit` says in what a value is given, `x-default` what a field is
 * when it is left out and that is not a fixed value.
 */
export function scenarioJsonSchema(): { readonly [key: string]: Json } {
	const schema = z.toJSONSchema(scenarioSchema, {
		io: 'input',
		unrepresentable: 'any',
		reused: 'inline',
		override: ({ jsonSchema }) => {
			const described = jsonSchema as Record<string, unknown>;
			const own = described['x-schema'];
			if (own === undefined) return;
			delete described['x-schema'];
			for (const [key, value] of Object.entries(own as Record<string, unknown>)) if (!(key in described)) described[key] = value;
		},
	}) as { [key: string]: Json };
	return { $schema: schema['$schema'] as Json, title: 'secretsim scenario', ...schema };
}

/** The text of the committed file. */
export function scenarioJsonSchemaText(): string {
	return `${JSON.stringify(scenarioJsonSchema(), null, '\t')}\n`;
}
