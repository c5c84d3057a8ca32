// `secretsim schema`: the JSON Schema of scenario files, for editors, or of results, for those who read them.

import { Argument, Command } from 'commander';
import { EXIT } from './exit-code.js';
import { type System, writeText } from './system.js';

const DOCUMENTS = ['scenario', 'results'] as const;

async function schemaText(document: (typeof DOCUMENTS)[number]): Promise<string> {
	if (document === 'scenario') return (await import('../scenario/json-schema.js')).scenarioJsonSchemaText();
	return `${JSON.stringify((await import('../report/result-schema.js')).resultsJsonSchema(), null, '\t')}\n`;
}

/** The command. `done` receives its exit code. */
export function schemaCommand(system: System, done: (exitCode: number) => void): Command {
	return new Command('schema')
		.summary('the JSON Schema of scenarios or results')
		.description('Prints the JSON Schema (draft 2020-12) of scenario files, or of what run -o json prints.')
		.addArgument(new Argument('[document]', 'which schema').choices(DOCUMENTS).default('scenario'))
		.addHelpText('after', '\nExample:\n  $ secretsim schema > scenario.schema.json')
		.action(async (document: (typeof DOCUMENTS)[number]) => {
			await writeText(system.stdout, await schemaText(document));
			done(EXIT.done);
		});
}
