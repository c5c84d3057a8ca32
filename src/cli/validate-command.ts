// `secretsim validate`: reads scenarios with their manifests as `run` does and says what they resolve to, without
// running anything.

import { Command } from 'commander';
import type { Plan } from '../cluster/plan.js';
import { counted } from '../report/number-format.js';
import { EXIT } from './exit-code.js';
import { setting } from './option-values.js';
import type { Services } from './services.js';
import { type System, writeText } from './system.js';

interface ValidateOptions {
	readonly set?: readonly string[];
}

function describePlan(file: string, plan: Plan): string {
	const [first] = plan.variants;
	const facts = [
		counted(plan.variants.length, 'variant'),
		counted(plan.replications, 'replication'),
		counted(first?.cluster.nodes ?? 0, 'node'),
		counted(first?.workloads.length ?? 0, 'workload'),
		counted(first?.objects.length ?? 0, 'object'),
		counted(first?.actions.length ?? 0, 'action'),
		counted(plan.expectations.length, 'expectation'),
	];
	return [`${file}: valid (${facts.join(', ')})`, ...plan.warnings.map((warning) => `  warning: ${warning}`), ''].join('\n');
}

/** Validates every file; the problems of all of them are reported before the command ends. */
async function validateFiles(files: readonly string[], options: ValidateOptions, system: System, services: Services): Promise<number> {
	let wrong = 0;
	for (const file of files) {
		try {
			const plan = await services.loadScenario(file, options.set === undefined ? {} : { set: options.set });
			await writeText(system.stdout, describePlan(file, plan));
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === 'INPUT')) throw error;
			system.stderr.write(`${error.message}\n`);
			wrong++;
		}
	}
	if (files.length > 1 && wrong > 0) system.stderr.write(`secretsim: ${wrong} of ${files.length} files are wrong\n`);
	return wrong === 0 ? EXIT.done : EXIT.input;
}

/** The command. `done` receives its exit code. */
export function validateCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('validate')
		.summary('is the scenario well-formed?')
		.description('Checks scenarios and the manifests they name, and prints every mistake with its file, line and column.')
		.argument('<file...>', 'scenario files (YAML or JSON)')
		.option('--set <path=value>', 'replace a field of the scenario before checking it; may be repeated', setting)
		.addHelpText('after', '\nExample:\n  $ secretsim validate scenarios/*.yaml')
		.action(async (files: readonly string[], options: ValidateOptions) => done(await validateFiles(files, options, system, services)));
}
