// Builds the plan: the scenario file, its manifests and the settings of the caller in, one frozen value out, which is all
// that the model ever sees. A pure function of texts; every problem of a load is collected before anything is thrown.

import type { ActionPlan, ClusterPlan, NetworkPlan, Plan, TimingPlan, VariantPlan } from '../cluster/plan.js';
import type { Micros, MicrosRange } from '../core/time.js';
import { profileOf } from '../kubernetes/versions.js';
import { checkActions } from './action-check.js';
import { type BuiltAction, buildActions } from './action-plan.js';
import { assumptionsOf } from './assumptions.js';
import { derivedTimes, longest, type SharedTimes } from './derived-times.js';
import { readExpectations } from './expectations.js';
import { readDuration, readDurationRange } from './field-types.js';
import { InputError, type Place, ProblemList } from './input-error.js';
import { folderOf, type InputFiles, joinPath } from './input-files.js';
import { mountKubeletFile, type ResolvedKubelet, resolveKubelet } from './kubelet-configuration.js';
import { NETWORK_DEFAULTS, TIMING_DEFAULTS } from './latency-schema.js';
import { LayeredValue } from './layered-value.js';
import { checkDuplicates, checkObjects, checkPlacement, warnOfMissingObjects, withAccounts } from './manifest-check.js';
import { type ManifestSet, readManifests } from './manifest-set.js';
import { ObjectJudge } from './object-judge.js';
import { deepFreeze, digestOf } from './plan-value.js';
import { SCENARIO_DEFAULTS, type Scenario, scenarioSchema } from './schema.js';
import { checkSchema } from './schema-check.js';
import { printPath } from './setting-path.js';
import { applySettings, readMatrix, readSettings, type Setting, type VariantSettings } from './settings.js';
import { type SourceValue, valueAt } from './yaml-source.js';

/** What a caller can change of a scenario. */
export interface PlanOptions {
	readonly seed?: number;
	readonly replications?: number;
	/** `PATH=VALUE`: settings of the scenario file by full path, applied in order. */
	readonly set?: readonly string[];
}

/**
 * The plan of a scenario.
 *
 * @param file the scenario's file as the user named it; paths in the scenario are relative to its folder.
 * @param scenario the one document of that file.
 * @param files the files that the scenario names.
 * @throws InputError with every problem of the scenario, its manifests and the settings.
 * @example
 * const plan = planFromScenario('demo.yaml', readYaml('demo.yaml', text, problems)[0], filesInMemory({ 'db.yaml': manifest }));
 */
export function planFromScenario(file: string, scenario: SourceValue, files: InputFiles, options: PlanOptions = {}): Plan {
	return new PlanBuilder(file, scenario, files, options).build();
}

/** One variant whose fields are checked and whose cluster is known. */
interface Draft {
	readonly name: string;
	readonly settings: readonly Setting[];
	readonly source: SourceValue;
	readonly scenario: Scenario;
	readonly kubelet: ResolvedKubelet;
	readonly cluster: ClusterPlan;
	readonly manifests: ManifestSet;
	readonly times: SharedTimes;
}

class PlanBuilder {
	readonly #file: string;
	readonly #files: InputFiles;
	readonly #options: PlanOptions;
	readonly #base: LayeredValue;
	readonly #problems = new ProblemList();
	readonly #warnings: string[] = [];
	readonly #assumptions: string[] = [];
	readonly #manifests = new Map<string, ManifestSet>();
	/** False: something in the manifests could not be read, so that what actions refer to is not known. */
	#manifestsAreWhole = true;

	constructor(file: string, scenario: SourceValue, files: InputFiles, options: PlanOptions) {
		this.#file = file;
		this.#files = files;
		this.#options = options;
		this.#base = new LayeredValue(scenario);
	}

	build(): Plan {
		const fixed = readSettings(this.#options.set ?? [], this.#problems);
		this.#checkOption('seed', 0);
		this.#checkOption('replications', 1);
		const whole = this.#layered(fixed);
		this.#refuseManifest(whole);
		const scenario = checkSchema(scenarioSchema, whole, this.#problems);
		if (scenario === null) {
			this.#readManifestsAnyway(whole);
			throw new InputError(this.#problems.problems);
		}
		const drafts = this.#drafts(readMatrix(whole, fixed, this.#problems), fixed);
		const shared = longest(drafts.map((draft) => draft.times));
		const variants = drafts.map((draft) => this.#variant(draft, shared));
		const names = variants.map((variant) => variant.name);
		const expectations = readExpectations(scenario.expect ?? [], whole, names, this.#problems);
		this.#problems.throwIfAny();
		const plan = {
			schema: 'secretsim.plan/v1' as const,
			scenario: { name: scenario.metadata.name, file: this.#file },
			seed: this.#options.seed ?? scenario.seed ?? SCENARIO_DEFAULTS.seed,
			replications: this.#options.replications ?? scenario.replications ?? SCENARIO_DEFAULTS.replications,
			variants,
			expectations,
			...(scenario.exactSamples === undefined ? {} : { exactSamples: scenario.exactSamples }),
			assumptions: [...new Set(this.#assumptions)],
			warnings: [...new Set(this.#warnings)],
		};
		return deepFreeze({ ...plan, digest: digestOf(plan) });
	}

	/** A manifest in the place of a scenario gets one message instead of many. */
	#refuseManifest(scenario: SourceValue): void {
		const kind = valueAt(scenario.value, ['kind']);
		const version = valueAt(scenario.value, ['apiVersion']);
		if (typeof kind !== 'string' || kind === 'Scenario' || String(version).startsWith('secretsim')) return;
		this.#problems.add(scenario.place(['kind']), 'value', `this is no scenario, but has the kind ${JSON.stringify(kind)}`, {
			suggestion: 'name it under manifests of a scenario; secretsim init writes one',
		});
		this.#problems.throwIfAny();
	}

	#checkOption(name: 'seed' | 'replications', least: number): void {
		const value = this.#options[name];
		if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
		const place = { file: `--${name}`, line: 0, column: 0 };
		this.#problems.add(place, 'value', `${name} must be an integer`, { found: String(value), allowed: `an integer of at least ${least}` });
	}

	/** The scenario with settings; those below a KubeletConfiguration that is a file of its own come after that file. */
	#layered(settings: readonly Setting[]): LayeredValue {
		const isBelowKubelet = ({ path }: Setting): boolean => path.length > 2 && path[0] === 'cluster' && path[1] === 'kubelet';
		const around = applySettings(
			this.#base,
			settings.filter((setting) => !isBelowKubelet(setting)),
			this.#problems,
		);
		const mounted = mountKubeletFile(around, this.#file, this.#files, this.#problems);
		return applySettings(mounted, settings.filter(isBelowKubelet), this.#problems);
	}

	/** When the scenario itself is wrong, its manifests are read all the same, so that their mistakes are told too. */
	#readManifestsAnyway(scenario: SourceValue): void {
		const paths = valueAt(scenario.value, ['manifests']);
		if (!Array.isArray(paths)) return;
		for (const [index, path] of (paths as unknown[]).entries()) {
			if (typeof path === 'string' && path !== '') this.#manifestSet(path, scenario.place(['manifests', index]));
		}
	}

	#manifestSet(path: string, named: Place): ManifestSet {
		const known = this.#manifests.get(path);
		if (known !== undefined) return known;
		const before = this.#problems.problems.length;
		const set = readManifests(this.#files, joinPath(folderOf(this.#file), path), named, this.#problems);
		if (this.#problems.problems.length > before) this.#manifestsAreWhole = false;
		this.#manifests.set(path, set);
		return set;
	}

	#drafts(points: readonly VariantSettings[], fixed: readonly Setting[]): Draft[] {
		return points.flatMap(({ settings, name }): Draft[] => {
			const source = settings.length === 0 ? this.#layered(fixed) : this.#layered([...fixed, ...settings]);
			const scenario = checkSchema(scenarioSchema, source, this.#problems);
			if (scenario === null) return [];
			const kubernetes = scenario.kubernetes ?? SCENARIO_DEFAULTS.kubernetes;
			const kubelet = resolveKubelet(scenario.cluster ?? {}, kubernetes);
			const manifests = joined(
				(scenario.manifests ?? []).map((path, index) => this.#manifestSet(path, source.place(['manifests', index]))),
			);
			const cluster = this.#cluster(scenario, source, kubelet, manifests);
			const times = derivedTimes(cluster, scenario.coldStart ?? SCENARIO_DEFAULTS.coldStart, profileOf(kubernetes));
			return [
				{
					name: name ?? cluster.kubelet.configMapAndSecretChangeDetectionStrategy,
					settings,
					source,
					scenario,
					kubelet,
					cluster,
					manifests,
					times,
				},
			];
		});
	}

	#cluster(scenario: Scenario, source: SourceValue, kubelet: ResolvedKubelet, manifests: ManifestSet): ClusterPlan {
		const cluster = scenario.cluster ?? {};
		if (cluster.nodeTTL !== undefined)
			this.#warnings.push(
				'cluster.nodeTTL is a test setting: no real cluster lets one choose the TTL annotation, the TTL controller writes it.',
			);
		const pooled = (cluster.nodePools ?? []).reduce((sum, pool) => sum + pool.count, 0);
		const nodes = cluster.nodes ?? SCENARIO_DEFAULTS.nodes;
		if (pooled > nodes) {
			this.#problems.add(
				source.place(['cluster', 'nodePools']),
				'value',
				`cluster.nodePools have ${pooled} nodes together, the cluster has ${nodes}`,
			);
		}
		return {
			nodes,
			nodeLabels: cluster.nodeLabels ?? {},
			nodePools: cluster.nodePools ?? [],
			kubelet: kubelet.plan,
			network: network(scenario),
			timing: this.#timing(scenario, source),
			nodeTTL: cluster.nodeTTL === undefined ? null : readDuration(cluster.nodeTTL),
			previousNodes: cluster.previousNodes ?? null,
			accountsWithoutToken: manifests.accounts
				.filter(({ item }) => item.automountServiceAccountToken === false)
				.map(({ item }) => `${item.namespace}/${item.name}`),
		};
	}

	#timing(scenario: Scenario, source: SourceValue): TimingPlan {
		const given = scenario.cluster?.timing ?? {};
		const timing = rangesOf(TIMING_DEFAULTS, given) as { -readonly [K in keyof TimingPlan]: TimingPlan[K] };
		const limit = timing.syncDuration.min;
		if (given.syncToReprocess === undefined) {
			// A sync that is shorter than usual asks for its volumes earlier, too.
			timing.syncToReprocess = { min: Math.min(timing.syncToReprocess.min, limit), max: Math.min(timing.syncToReprocess.max, limit) };
		} else if (timing.syncToReprocess.max > limit) {
			this.#problems.add(
				source.place(['cluster', 'timing', 'syncToReprocess']),
				'value',
				'cluster.timing.syncToReprocess can be longer than syncDuration, of which it is a part',
				{
					allowed: 'an upper end of at most the lower end of syncDuration',
				},
			);
		}
		return timing;
	}

	#variant(draft: Draft, shared: SharedTimes): VariantPlan {
		const { scenario, source, cluster, manifests } = draft;
		const kubernetes = scenario.kubernetes ?? SCENARIO_DEFAULTS.kubernetes;
		const duration = readDuration(scenario.duration ?? SCENARIO_DEFAULTS.duration);
		const warmUp = scenario.warmUp === undefined ? shared.warmUp : readDuration(scenario.warmUp);
		this.#checkTimes(draft, duration, warmUp);
		const actions = buildActions(scenario.actions ?? [], {
			scenario: source,
			problems: this.#problems,
			duration,
			warmUp,
			meanGap: shared.meanGap,
			manifests: (path, named) => this.#manifestSet(path, named),
		});
		const plans = this.#checkMeaning(draft, actions, kubernetes);
		const variant: VariantPlan = {
			name: draft.name,
			settings: Object.fromEntries(draft.settings.map((setting) => [printPath(setting.path), setting.source.value])),
			kubernetes,
			warmUp,
			duration,
			drain: scenario.drain === undefined ? null : readDuration(scenario.drain),
			coldStart: scenario.coldStart ?? SCENARIO_DEFAULTS.coldStart,
			cluster,
			objects: manifests.objects.map(({ item }) => item),
			workloads: withAccounts(
				manifests.workloads.map(({ item }) => item),
				manifests,
			),
			actions: plans,
		};
		warnOfMissingObjects(variant.workloads, variant.objects, variant.actions, this.#warnings);
		this.#warnings.push(...draft.kubelet.warnings, ...manifests.warnings);
		this.#assumptions.push(...draft.kubelet.assumptions, ...assumptionsOf(scenario, variant));
		return variant;
	}

	#checkTimes({ scenario, source }: Draft, duration: Micros, warmUp: Micros): void {
		if (warmUp < duration) return;
		const isGiven = scenario.warmUp !== undefined;
		this.#problems.add(
			source.place([isGiven ? 'warmUp' : 'duration']),
			'value',
			'duration is not longer than warmUp, so that no write would be measured',
			{
				suggestion: isGiven
					? null
					: `without warmUp the first ${warmUp / 1_000_000}s are not measured: 1.5 syncFrequency + 1 s, and the TTL under Cache`,
			},
		);
	}

	#checkMeaning({ cluster, manifests }: Draft, actions: readonly BuiltAction[], kubernetes: string): ActionPlan[] {
		const judge = new ObjectJudge(profileOf(kubernetes));
		const added = actions.reduce((sum, { plan }) => sum + (plan.effect.kind === 'addNodes' ? plan.effect.count : 0), 0);
		checkDuplicates(manifests, this.#problems);
		checkObjects(manifests, judge, this.#problems);
		checkPlacement(manifests, cluster, cluster.nodes + added, this.#problems, this.#warnings);
		for (const { applied } of actions) {
			if (applied === null) continue;
			checkDuplicates(applied, this.#problems);
			checkObjects(applied, judge, this.#problems);
			this.#warnings.push(...applied.warnings);
		}
		if (!this.#manifestsAreWhole) return [];
		return checkActions({ actions, manifests, nodes: cluster.nodes, judge, problems: this.#problems, warnings: this.#warnings });
	}
}

function joined(sets: readonly ManifestSet[]): ManifestSet {
	return {
		objects: sets.flatMap((set) => set.objects),
		workloads: sets.flatMap((set) => set.workloads),
		accounts: sets.flatMap((set) => set.accounts),
		warnings: sets.flatMap((set) => set.warnings),
	};
}

function rangesOf<K extends string>(
	defaults: Readonly<Record<K, { readonly range: string }>>,
	given: Readonly<Partial<Record<K, string | 0>>>,
): Record<K, MicrosRange> {
	const names = Object.keys(defaults) as K[];
	return Object.fromEntries(names.map((name) => [name, readDurationRange(given[name] ?? defaults[name].range)])) as Record<K, MicrosRange>;
}

function network(scenario: Scenario): NetworkPlan {
	return rangesOf(NETWORK_DEFAULTS, scenario.cluster?.network ?? {});
}
