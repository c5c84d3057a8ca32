// The scenario file: types, defaults, documentation and JSON Schema come from this one place. Every field says what it
// means, in what unit it is given, what it is when it is left out, and one example. The actions have a file of their own
// (action-schema.ts), so has the KubeletConfiguration (kubelet-schema.ts).

import { z } from 'zod';
import type { NetworkPlan, TimingPlan } from '../cluster/plan.js';
import { parseQuantity } from '../kubernetes/quantity.js';
import { DEFAULT_VERSION, profileOf, VERSIONS } from '../kubernetes/versions.js';
import { DEFAULT_EXACT_SAMPLES } from '../measure/sample-policy.js';
import { actionSchema, type ScenarioAction } from './action-schema.js';
import { checked, duration, field, flag, integer, oneOf, text } from './field-types.js';
import { type KubeletConfiguration, kubeletSchema } from './kubelet-schema.js';
import { NETWORK_DEFAULTS, rangeFields, TIMING_DEFAULTS } from './latency-schema.js';

/** `apiVersion` of a scenario. */
export const SCENARIO_API_VERSION = 'secretsim/v1';

/** Defaults that are plain values; what depends on other fields is derived by plan-builder.ts. */
export const SCENARIO_DEFAULTS: {
	readonly seed: number;
	readonly replications: number;
	readonly exactSamples: number;
	readonly kubernetes: string;
	readonly duration: string;
	readonly coldStart: boolean;
	readonly nodes: number;
	/** 8 GiB: a common node size. It only bounds the tmpfs of pods without a memory limit (K7.8). */
	readonly allocatableMemory: string;
} = {
	seed: 1,
	replications: 20,
	exactSamples: DEFAULT_EXACT_SAMPLES,
	kubernetes: DEFAULT_VERSION,
	duration: '30m',
	coldStart: false,
	nodes: 1,
	allocatableMemory: '8Gi',
};

const labels: () => z.ZodType<Record<string, string>> = () => z.record(z.string(), text());

/** A Kubernetes version with a profile. */
function version(): z.ZodType<string> {
	return checked<string>({ type: 'string', pattern: '^v?1\\.[0-9]+(\\.[0-9]+)?$' }, (value) => {
		const allowed = `"${VERSIONS[0]}" to "${DEFAULT_VERSION}", also with a patch: "1.28.2"`;
		if (typeof value === 'number') {
			const meant = VERSIONS.includes(`${value}0`) ? `${value}0` : `${value}`;
			return { message: 'must be a text, because YAML reads 1.30 as the number 1.3', allowed, suggestion: `write "${meant}"` };
		}
		if (typeof value !== 'string') return { message: 'must be a version', allowed };
		try {
			profileOf(value);
			return null;
		} catch {
			return { message: 'has no version profile', allowed };
		}
	});
}

function quantity(): z.ZodType<string | number> {
	return checked<string | number>({ type: ['string', 'integer'] }, (value) => {
		const allowed = 'a Kubernetes quantity of bytes such as 8Gi or 512Mi';
		const bytes = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
		if (bytes === undefined) return { message: 'is not a quantity', allowed };
		return bytes >= 1 && Number.isSafeInteger(bytes) ? null : { message: 'is out of range', allowed };
	});
}

const metadataSchema = z.strictObject({
	name: field(
		checked<string>({ type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' }, (value) =>
			typeof value === 'string' && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value) && value.length <= 253
				? null
				: { message: 'is not a name', allowed: 'lower case letters, digits, "-" and "."' },
		),
		{
			description: "The scenario's name: title of the report and folder of its results.",
			unit: 'name',
			default: { text: 'none; required' },
			example: 'rotate-database-password',
		},
	),
	description: field(text().optional(), {
		description: 'What the scenario shows, for people.',
		unit: 'text',
		default: { text: 'none' },
		example: 'A password that changes every five minutes',
	}),
});

const nodePoolSchema = z.strictObject({
	count: field(integer(1, 1_000_000), {
		description: 'How many nodes have these labels; pools take nodes in order, the first pool from node-1.',
		unit: 'nodes',
		default: { text: 'none; required' },
		example: 3,
	}),
	labels: field(labels(), {
		description: 'Labels of those nodes, for nodeSelector.',
		unit: 'labels',
		default: { text: 'none; required' },
		example: { pool: 'gpu' },
	}),
});

const clusterSchema = z.strictObject({
	nodes: field(integer(1, 1_000_000).optional(), {
		description: 'Number of nodes at time 0, named node-1, node-2, ...',
		unit: 'nodes',
		default: SCENARIO_DEFAULTS.nodes,
		example: 20,
	}),
	nodeLabels: field(labels().optional(), {
		description: 'Labels that every node has besides kubernetes.io/hostname.',
		unit: 'labels',
		default: {},
		example: { 'kubernetes.io/os': 'linux' },
	}),
	nodePools: field(z.array(nodePoolSchema).optional(), {
		description: 'Groups of nodes with labels of their own.',
		unit: 'list',
		default: [],
		example: [{ count: 3, labels: { pool: 'gpu' } }],
	}),
	kubelet: field(z.union([text(true), kubeletSchema]).optional(), {
		description:
			'A KubeletConfiguration inline, or the path of a file with one, relative to this file. Fields that play no role are named in a warning.',
		unit: 'KubeletConfiguration or path',
		default: {},
		example: { syncFrequency: '1m' },
	}),
	network: field(z.strictObject(rangeFields(NETWORK_DEFAULTS)).optional(), {
		description: 'Latencies outside of the kubelet. Each is a range MIN..MAX from which is drawn uniformly, or one duration.',
		unit: 'mapping',
		default: {},
		example: { watchLatency: '5ms..20ms' },
	}),
	timing: field(z.strictObject(rangeFields(TIMING_DEFAULTS)).optional(), {
		description: 'Durations inside of the node that Kubernetes does not fix. Each is a range MIN..MAX, or one duration.',
		unit: 'mapping',
		default: {},
		example: { syncDuration: '10ms..30ms' },
	}),
	allocatableMemory: field(quantity().optional(), {
		description: 'Memory that pods can use on a node: the size of the tmpfs of a pod without memory limit (K20.28).',
		unit: 'bytes, as a quantity',
		default: SCENARIO_DEFAULTS.allocatableMemory,
		example: '8Gi',
	}),
	nodeTTL: field(duration().optional(), {
		description: 'For tests: the TTL annotation of every node, instead of what the TTL controller writes. Its use is a warning.',
		unit: 'duration',
		default: { text: 'what the TTL controller writes for this number of nodes' },
		example: '300s',
	}),
	previousNodes: field(integer(1, 1_000_000).optional(), {
		description: 'Number of nodes that the cluster had before time 0; one that has shrunk keeps a higher TTL for a while (A7.1).',
		unit: 'nodes',
		default: { text: 'the cluster has grown to its size' },
		example: 2100,
	}),
});

const metricBound = (): z.ZodType<number | string> =>
	checked<number | string>({ type: ['number', 'string'] }, (value) =>
		(typeof value === 'number' && Number.isFinite(value)) || typeof value === 'string'
			? null
			: { message: 'must be a number, or a duration for a metric in seconds' },
	);

const expectSchema = z.strictObject({
	metric: field(text(true), {
		description:
			'JSON path below a variant of the result. Requests are chosen as apiserver.requests.VERB[.resource][.rv=unset|0|set].perSecond, .count or .peakPerSecond.',
		unit: 'path',
		default: { text: 'none; required' },
		example: 'propagation.delaySeconds.p99',
	}),
	where: field(
		z
			.strictObject({
				variant: field(text(true).optional(), {
					description: 'Name of the variant that must meet the bound.',
					unit: 'name',
					default: { text: 'every variant' },
					example: 'Watch',
				}),
			})
			.optional(),
		{
			description: 'Which variants must meet the bound.',
			unit: 'mapping',
			default: { text: 'every variant' },
			example: { variant: 'Watch' },
		},
	),
	per: field(z.literal('replication').optional(), {
		description: 'Bounds the mean over replications of a figure that is added up over them, such as a count or kubelet.throttledSeconds.',
		unit: 'word',
		default: { text: 'the figure as the result has it' },
		example: 'replication',
	}),
	min: field(metricBound().optional(), {
		description: "Smallest allowed value, in the metric's unit; a duration where the metric is in seconds.",
		unit: 'number or duration',
		default: { text: 'none' },
		example: 0,
	}),
	max: field(metricBound().optional(), {
		description: "Largest allowed value, in the metric's unit; a duration where the metric is in seconds.",
		unit: 'number or duration',
		default: { text: 'none' },
		example: '92s',
	}),
});

/** The scenario file. */
export const scenarioSchema: z.ZodType<Scenario> = z.strictObject({
	apiVersion: field(oneOf([SCENARIO_API_VERSION]), {
		description: 'Version of the file format.',
		unit: 'text',
		default: { text: 'none; required' },
		example: SCENARIO_API_VERSION,
	}),
	kind: field(oneOf(['Scenario']), {
		description: 'Tells a scenario from a manifest.',
		unit: 'text',
		default: { text: 'none; required' },
		example: 'Scenario',
	}),
	metadata: field(metadataSchema, {
		description: 'Name and description.',
		unit: 'mapping',
		default: { text: 'none; required' },
		example: { name: 'rotate-database-password' },
	}),
	seed: field(integer(0).optional(), {
		description: 'Seed of every random draw; the same seed gives the same bytes.',
		unit: 'integer',
		default: SCENARIO_DEFAULTS.seed,
		example: 42,
	}),
	replications: field(integer(1, 1_000_000).optional(), {
		description: 'Number of independent repetitions; intervals come from them.',
		unit: 'runs',
		default: SCENARIO_DEFAULTS.replications,
		example: 20,
	}),
	exactSamples: field(integer(0).optional(), {
		description:
			'Samples (a write in a volume) up to which all are kept. A study that may have more, over its variants and replications together, tells delays from histograms: quantiles within 0.05 %, counts, means, extremes and outcomes exact.',
		unit: 'samples',
		default: SCENARIO_DEFAULTS.exactSamples,
		example: 100_000,
	}),
	kubernetes: field(version().optional(), {
		description: 'Release whose behaviour is modelled.',
		unit: 'version',
		default: SCENARIO_DEFAULTS.kubernetes,
		example: '1.36',
	}),
	duration: field(duration(true).optional(), {
		description: 'Measured writes commit before this instant; then the run goes on for drain.',
		unit: 'duration',
		default: SCENARIO_DEFAULTS.duration,
		example: '30m',
	}),
	warmUp: field(duration().optional(), {
		description: 'Writes that commit before this instant are not measured.',
		unit: 'duration',
		default: {
			text: '1.5 syncFrequency + 1 s, with Cache also the TTL of a cluster of this size; the longest of all variants. 0 with coldStart',
		},
		example: '3m',
	}),
	drain: field(duration().optional(), {
		description: 'How long the run goes on after duration, so that the last writes can arrive. What is still pending then counts as never.',
		unit: 'duration',
		default: { text: 'the analytic worst case' },
		example: '5m',
	}),
	coldStart: field(flag().optional(), {
		description: 'True: the pods of the manifests start at time 0, all at once. False: they have been running for long.',
		unit: 'flag',
		default: SCENARIO_DEFAULTS.coldStart,
		example: true,
	}),
	cluster: field(clusterSchema.optional(), {
		description: 'Nodes, kubelets, latencies.',
		unit: 'mapping',
		default: {},
		example: { nodes: 20 },
	}),
	manifests: field(z.array(text(true)).optional(), {
		description:
			'Files or folders of Kubernetes manifests (YAML or JSON), relative to this file. Kinds that play no role are named in a warning.',
		unit: 'list of paths',
		default: [],
		example: ['manifests/database.yaml'],
	}),
	actions: field(z.array(actionSchema).optional(), {
		description: 'What happens during the run.',
		unit: 'list of actions',
		default: [],
		example: [{ at: '5m', patch: 'Secret/default/db', stringData: { password: '{{ random 16 }}' } }],
	}),
	matrix: field(z.record(z.string(), z.array(z.unknown())).optional(), {
		description: 'Paths of this file with lists of values; every combination is a variant.',
		unit: 'mapping of paths to lists',
		default: {},
		example: { 'cluster.kubelet.configMapAndSecretChangeDetectionStrategy': ['Watch', 'Cache', 'Get'] },
	}),
	expect: field(z.array(expectSchema).optional(), {
		description: 'Bounds that the result must meet; a run that does not ends with exit code 1.',
		unit: 'list',
		default: [],
		example: [{ metric: 'propagation.delaySeconds.p99', max: '92s' }],
	}),
}) as unknown as z.ZodType<Scenario>;

/** `cluster` of a checked scenario file. */
export interface ScenarioCluster {
	readonly nodes?: number;
	readonly nodeLabels?: Readonly<Record<string, string>>;
	readonly nodePools?: readonly { readonly count: number; readonly labels: Readonly<Record<string, string>> }[];
	readonly kubelet?: string | KubeletConfiguration;
	readonly network?: Readonly<Partial<Record<keyof NetworkPlan, string | 0>>>;
	readonly timing?: Readonly<Partial<Record<keyof TimingPlan, string | 0>>>;
	readonly allocatableMemory?: string | number;
	readonly nodeTTL?: string | 0;
	readonly previousNodes?: number;
}

/** A line of `expect` of a checked scenario file. */
export interface ScenarioExpectation {
	readonly metric: string;
	readonly where?: { readonly variant?: string };
	readonly per?: 'replication';
	readonly min?: number | string;
	readonly max?: number | string;
}

/** A checked scenario file. */
export interface Scenario {
	readonly apiVersion: string;
	readonly kind: 'Scenario';
	readonly metadata: { readonly name: string; readonly description?: string };
	readonly seed?: number;
	readonly replications?: number;
	readonly exactSamples?: number;
	readonly kubernetes?: string;
	readonly duration?: string | 0;
	readonly warmUp?: string | 0;
	readonly drain?: string | 0;
	readonly coldStart?: boolean;
	readonly cluster?: ScenarioCluster;
	readonly manifests?: readonly string[];
	readonly actions?: readonly ScenarioAction[];
	readonly matrix?: Readonly<Record<string, readonly unknown[]>>;
	readonly expect?: readonly ScenarioExpectation[];
}
