// Loads a scenario from real files: the entry that the command line and `secretsim/node` use.

import type { Plan } from '../cluster/plan.js';
import { InputError, ProblemList } from './input-error.js';
import type { InputFiles } from './input-files.js';
import { readSource } from './manifest-set.js';
import { nodeFiles } from './node-files.js';
import { type PlanOptions, planFromScenario } from './plan-builder.js';

/**
 * Reads a scenario with everything that it names.
 *
 * @param file path of the scenario, relative to the working directory; its own paths are relative to its folder.
 * @param options what the caller changes: seed, replications, and settings by path.
 * @param files where files are read from; the file system by default.
 * @returns the plan, frozen; it holds no values of Secrets.
 * @throws InputError with every problem that was found, each with its place.
 * @example
 * const plan = await loadScenario('scenarios/rotate-database-password.yaml', { seed: 7 });
 */
export async function loadScenario(file: string, options: PlanOptions = {}, files: InputFiles = nodeFiles): Promise<Plan> {
	const problems = new ProblemList();
	const whole = { file, line: 0, column: 0 };
	let text: string;
	try {
		text = files.readText(file);
	} catch (error) {
		const hint =
			files.kindOf(file) === 'folder' ? { suggestion: `secretsim init ${file} writes a scenario from the manifests of a folder` } : {};
		problems.add(whole, 'unreadable', `the scenario cannot be read: ${(error as Error).message}`, hint);
		throw new InputError(problems.problems);
	}
	const [scenario, second] = readSource(file, text, problems);
	problems.throwIfAny();
	if (second !== undefined)
		problems.add(second.place([]), 'value', 'a scenario file has one document; manifests go into files of their own', {
			suggestion: `if these are manifests, secretsim init ${file} writes a scenario for them`,
		});
	if (scenario === undefined)
		problems.add(whole, 'missing', 'the file is empty', { suggestion: 'secretsim init writes a first scenario from your manifests' });
	problems.throwIfAny();
	return planFromScenario(file, scenario as NonNullable<typeof scenario>, files, options);
}
