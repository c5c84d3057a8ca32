// The result contract: the JSON that `secretsim run -o json` prints. Field names are stable from the first release.
// Seconds are virtual seconds. `null` stands where a quantile is not finite (writes still pending at the end count as
// infinite) or where there is no sample.

/** Summary of one sample of durations. */
export interface Summary {
	/** Number of samples, infinite ones included. */
	readonly count: number;
	readonly mean: number | null;
	readonly min: number | null;
	readonly p50: number | null;
	readonly p75: number | null;
	readonly p90: number | null;
	readonly p95: number | null;
	readonly p99: number | null;
	readonly p999: number | null;
	readonly max: number | null;
	/** 95 % intervals, by quantile name; a quantile for which there are too few independent units is absent. */
	readonly interval95: Readonly<Record<string, readonly [number, number]>>;
	/** For each quantile without interval: the number of independent units it needs. */
	readonly needs: Readonly<Record<string, number>>;
	/** What the units of the intervals are, and how many there were; `nodeBlock`: neighbouring nodes together. */
	readonly units: { readonly kind: 'replication' | 'node' | 'nodeBlock' | 'none'; readonly count: number };
	/** True: from all samples. False: quantiles and their intervals are from a histogram; count, mean, min and max are exact all the same. */
	readonly exact: boolean;
	/** Largest relative difference between a quantile and the sample value it stands for; 0 when `exact`. */
	readonly relativeError: number;
}

/** What became of the writes, one count per write and volume. */
export interface Outcomes {
	readonly shown: number;
	readonly superseded: number;
	readonly unchanged: number;
	readonly blocked: number;
	readonly detached: number;
	readonly frozen: number;
	readonly podGone: number;
	readonly pending: number;
}

/** Requests of one kind. */
export interface RequestCount {
	readonly verb: string;
	readonly resource: string;
	readonly resourceVersion: 'unset' | '0' | 'set';
	readonly code: number;
	/** `workload`: an object that the manifests name. `injected`: only through `kube-api-access`. */
	readonly origin: 'workload' | 'injected';
	/** In the measured window [warmUp, duration), summed over replications. */
	readonly count: number;
	/** Mean over the measured window and the replications, whole cluster. */
	readonly perSecond: number;
	/** The busiest second of the measured window in any replication. */
	readonly peakPerSecond: number;
}

/** One variant's figures. */
export interface VariantResult {
	readonly name: string;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly engine: { readonly path: 'reference' | 'fast'; readonly coupled: boolean; readonly why: string };
	readonly nodes: number;
	readonly pods: number;
	readonly volumes: number;
	readonly injectedVolumes: number;
	/** Accepted writes in the measured window, summed over replications. */
	readonly writes: number;
	readonly propagation: {
		readonly delaySeconds: Summary;
		readonly shownDelaySeconds: Summary;
		readonly outcomes: Outcomes;
		readonly neverUpdating: { readonly subPath: number; readonly env: number; readonly notMounted: number };
	};
	readonly timeToLastReplicaSeconds: Summary;
	readonly apiserver: {
		readonly requests: readonly RequestCount[];
		readonly openWatches: { readonly mean: number; readonly max: number };
		readonly connections: { readonly max: number };
		readonly watchEvents: number;
		readonly bookmarks: number;
		readonly etcdReads: number;
		readonly etcdReadsPerSecond: number;
		readonly bytesSent: number;
	};
	readonly kubelet: {
		readonly syncs: number;
		readonly refreshes: number;
		readonly swaps: number;
		readonly throttledSeconds: number;
		readonly events: readonly { readonly type: string; readonly reason: string; readonly message: string; readonly count: number }[];
	};
	readonly byObject: readonly GroupResult[];
	readonly byWorkload: readonly GroupResult[];
}

/** Delay and outcomes of one object or one workload. */
export interface GroupResult {
	readonly name: string;
	readonly writes: number;
	readonly volumes: number;
	readonly delaySeconds: Summary;
	readonly outcomes: Outcomes;
}

/** A paired difference of two variants: the same luck, one setting changed. */
export interface Comparison {
	readonly metric: string;
	readonly variant: string;
	readonly against: string;
	readonly pairedDifference: number | null;
	readonly interval95: readonly [number, number] | null;
}

/** One checked line of `expect`. */
export interface ExpectationResult {
	readonly metric: string;
	readonly variant: string;
	readonly limit: string;
	readonly value: number | null;
	readonly met: boolean;
}

/** One scenario's result. */
export interface RunResult {
	readonly scenario: {
		readonly name: string;
		readonly file: string | null;
		readonly seed: number;
		readonly replications: number;
		readonly kubernetes: string;
		readonly durationSeconds: number;
		readonly warmUpSeconds: number;
		readonly planDigest: string;
		readonly randomAlgorithm: string;
	};
	readonly variants: readonly VariantResult[];
	readonly comparisons: readonly Comparison[];
	readonly expectations: readonly ExpectationResult[];
	readonly assumptions: readonly string[];
	readonly warnings: readonly string[];
}

/** The whole document. */
export interface Results {
	readonly schema: 'secretsim.results/v1';
	/** `command` gives the same bytes again; it is empty when the results did not come from the command line. */
	readonly program: { readonly version: string; readonly command: string };
	readonly runs: readonly RunResult[];
}

/** One row of `samples.csv`: one write in one volume. */
export interface SampleRow {
	readonly variant: string;
	readonly replication: number;
	readonly write: number;
	readonly object: string;
	readonly node: string;
	readonly pod: string;
	readonly volume: string;
	readonly commitSeconds: number;
	readonly settledSeconds: number | null;
	readonly delaySeconds: number | null;
	readonly outcome: keyof Outcomes;
}

/** So many delays of a variant, as a histogram tells them. */
export interface DelayCount {
	readonly variant: string;
	/** Null: never. */
	readonly delaySeconds: number | null;
	readonly count: number;
}

/** One row of `load.csv`: requests of one kind in one second, summed over nodes. */
export interface LoadRow {
	readonly variant: string;
	readonly replication: number;
	readonly second: number;
	readonly verb: string;
	readonly resource: string;
	readonly resourceVersion: 'unset' | '0' | 'set';
	readonly count: number;
}
