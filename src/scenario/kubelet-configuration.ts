// From a KubeletConfiguration to the fields of the plan: a file that the scenario names is put in the place of its name,
// defaults of the release are filled in, and every field that plays no role is named once.

import type { KubeletPlan } from '../cluster/plan.js';
import { parseDuration } from '../core/duration.js';
import { parseQuantity } from '../kubernetes/quantity.js';
import { profileOf } from '../kubernetes/versions.js';
import type { ProblemList } from './input-error.js';
import { folderOf, type InputFiles, joinPath } from './input-files.js';
import { KUBELET_API_VERSION, KUBELET_ROLE_FIELDS, type KubeletConfiguration } from './kubelet-schema.js';
import type { LayeredValue } from './layered-value.js';
import { readSource } from './manifest-set.js';
import { SCENARIO_DEFAULTS, type ScenarioCluster } from './schema.js';
import { type SourceValue, valueAt } from './yaml-source.js';

const PATH = ['cluster', 'kubelet'] as const;
/** Defaults of every release (K12). */
const DEFAULT_SYNC_FREQUENCY = '1m';
const DEFAULT_STRATEGY = 'Watch';

/**
 * The scenario with the contents of the file that `cluster.kubelet` names in the place of its name; the scenario itself when
 * it names none.
 */
export function mountKubeletFile(scenario: LayeredValue, scenarioFile: string, files: InputFiles, problems: ProblemList): LayeredValue {
	const path = valueAt(scenario.value, PATH);
	if (typeof path !== 'string') return scenario;
	const named = scenario.place(PATH);
	const file = joinPath(folderOf(scenarioFile), path);
	let text: string;
	try {
		text = files.readText(file);
	} catch (error) {
		problems.add(named, 'unreadable', `${file} cannot be read: ${(error as Error).message}`, {
			suggestion: 'cluster.kubelet is a KubeletConfiguration or the path of a file with one',
		});
		return scenario;
	}
	const before = problems.problems.length;
	const documents = readSource(file, text, problems);
	if (problems.problems.length > before) return scenario;
	const configuration = documents.find((document) => valueAt(document.value, ['kind']) === 'KubeletConfiguration') ?? documents[0];
	if (configuration === undefined) {
		problems.add(named, 'value', `${file} is empty`, { allowed: 'a KubeletConfiguration' });
		return scenario;
	}
	requireIdentity(configuration, problems);
	return scenario.with(PATH, configuration);
}

/** A file of its own must say what it is; wrong values are reported by the schema. */
function requireIdentity(configuration: SourceValue, problems: ProblemList): void {
	for (const [field, expected] of [
		['apiVersion', KUBELET_API_VERSION],
		['kind', 'KubeletConfiguration'],
	] as const) {
		if (valueAt(configuration.value, [field]) !== undefined) continue;
		problems.add(configuration.place([]), 'missing', `${field} is missing`, { suggestion: `write ${field}: ${expected}` });
	}
}

/** What became of a KubeletConfiguration. */
export interface ResolvedKubelet {
	readonly plan: KubeletPlan;
	readonly assumptions: readonly string[];
	readonly warnings: readonly string[];
}

/** Fills in the defaults of a release. `kubernetes` and `cluster` have passed the schema. */
export function resolveKubelet(cluster: ScenarioCluster, kubernetes: string): ResolvedKubelet {
	const configuration = (typeof cluster.kubelet === 'object' ? cluster.kubelet : {}) as KubeletConfiguration;
	const profile = profileOf(kubernetes);
	const assumptions: string[] = [];
	const or = <T>(field: string, value: T | null | undefined, fallback: T): T => {
		if (value !== undefined && value !== null) return value;
		assumptions.push(`${field} is ${String(fallback)}, the default of Kubernetes ${profile.version}.`);
		return fallback;
	};
	const plan: KubeletPlan = {
		syncFrequency: parseDuration(or('syncFrequency', configuration.syncFrequency, DEFAULT_SYNC_FREQUENCY)),
		configMapAndSecretChangeDetectionStrategy: or(
			'configMapAndSecretChangeDetectionStrategy',
			configuration.configMapAndSecretChangeDetectionStrategy,
			DEFAULT_STRATEGY,
		),
		kubeAPIQPS: or('kubeAPIQPS', configuration.kubeAPIQPS, profile.kubeAPIQPS),
		kubeAPIBurst: or('kubeAPIBurst', configuration.kubeAPIBurst, profile.kubeAPIBurst),
		allocatableMemoryBytes: parseQuantity(cluster.allocatableMemory ?? SCENARIO_DEFAULTS.allocatableMemory) as number,
	};
	const warnings = Object.keys(configuration)
		.filter((field) => !KUBELET_ROLE_FIELDS.includes(field))
		.map((field) => `KubeletConfiguration: ${field} plays no role here and is ignored.`);
	return { plan, assumptions, warnings };
}
