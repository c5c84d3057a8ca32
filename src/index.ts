// secretsim: the pure entry. Simulates how a Secret or ConfigMap change reaches the files of running pods, in virtual time.
// Needs no file system, clock or network and runs in a browser as it is.

export type { RequestResource, Verb } from './apiserver/protocol.js';
export type { LedgerData, Origin, RequestSeries, ResourceVersionOption } from './apiserver/request-ledger.js';
export { couplings } from './cluster/couplings.js';
export type * from './cluster/plan.js';
export { PreparedRuns } from './cluster/prepared-run.js';
export { type NodeShard, type SimulateOptions, type SimulationStep, simulate, simulateStepwise } from './cluster/simulate.js';
export type { HistogramTableData } from './core/histogram-table.js';
export { RANDOM_ALGORITHM } from './core/random.js';
export type * from './core/time.js';
export type { ContainerStep, Replay } from './kubelet/replay.js';
export type * from './kubernetes/content.js';
export type * from './kubernetes/objects.js';
export type { GroupTallyData } from './measure/group-tally.js';
export {
	eventReason,
	type GroupMetric,
	groupMetric,
	isMetric,
	METRICS,
	type Metric,
	metricValue,
	type RequestMetric,
	requestMetric,
} from './measure/metrics.js';
export type * from './measure/partial.js';
export { merge } from './measure/partial.js';
export type { ReachedWrites } from './measure/reached-writes.js';
export type * from './measure/result.js';
export { delayCounts, loadRows, sampleRows } from './measure/rows.js';
export type { SamplePolicy, TallyLayout } from './measure/sample-policy.js';
export { OUTCOMES, type Outcome, type SampleColumns } from './measure/samples.js';
export { summarise } from './measure/summarise.js';
export type { TallyData } from './measure/tally.js';
export { objectLabel, type SyncCause, type TraceEvent, type TraceEventBase, type TraceKind, type TraceSink } from './measure/trace.js';
