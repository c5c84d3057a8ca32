// What `secretsim run` may be given: a scenario file, or the folder in which a Job's pod finds the study that `secretsim
// shard` resolved.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../cluster/plan.js';
import { isStudyPart, readStudy } from '../shard/study-file.js';
import { UsageError } from './exit-code.js';
import { reproduceCommand } from './reproduce.js';
import type { ScenarioOptions } from './run-options.js';
import type { ScenarioOverrides, Services } from './services.js';

/** A plan and the command line that it stands for. */
export interface ScenarioInput {
	readonly plan: Plan;
	readonly command: string;
}

/** What options change in a scenario. */
export function overridesOf(options: ScenarioOptions): ScenarioOverrides {
	return {
		...(options.seed === undefined ? {} : { seed: options.seed }),
		...(options.replications === undefined ? {} : { replications: options.replications }),
		...(options.set === undefined ? {} : { set: options.set }),
	};
}

/** Names of the parts of a study in a folder; none when the path is no folder or holds none. */
function partsIn(path: string): string[] {
	try {
		return statSync(path).isDirectory() ? readdirSync(path).filter(isStudyPart).sort() : [];
	} catch {
		return [];
	}
}

/**
 * Reads a scenario with its manifests, or a study that was resolved before.
 *
 * @throws InputError, ShardFileError, UsageError.
 */
export async function readScenarioInput(file: string, options: ScenarioOptions, services: Services): Promise<ScenarioInput> {
	const overrides = overridesOf(options);
	const parts = partsIn(file);
	if (parts.length === 0) return { plan: await services.loadScenario(file, overrides), command: reproduceCommand([file], overrides) };
	if (Object.keys(overrides).length > 0) {
		throw new UsageError(`${file} holds a resolved study; give --seed, --replications and --set to secretsim shard, which makes it`);
	}
	return readStudy(Buffer.concat(parts.map((part) => readFileSync(join(file, part)))), file, services.version());
}
