// secretsim: the pure entry. Simulates how a Secret or ConfigMap change reaches the files of running pods, in virtual time.
// Needs no file system, clock or network and runs in a browser as it is.

export { couplings } from './cluster/couplings.js';
export type * from './cluster/plan.js';
export { type SimulateOptions, simulate } from './cluster/simulate.js';
export { RANDOM_ALGORITHM } from './core/random.js';
export { isMetric, METRICS, type Metric, metricValue } from './measure/metrics.js';
export { merge, type Partial } from './measure/partial.js';
export type * from './measure/result.js';
export { loadRows, sampleRows } from './measure/rows.js';
export { summarise } from './measure/summarise.js';
export { objectLabel, type SyncCause, type TraceEvent, type TraceKind, type TraceSink } from './measure/trace.js';
