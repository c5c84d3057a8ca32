// The causes of a `SyncPod` as small numbers: what the pod table and the events of a node hold in place of their names (K1.3).

import type { SyncCause } from '../measure/trace.js';

/** Causes of a sync by code. */
export const SYNC_CAUSES: readonly SyncCause[] = [
	'periodic',
	'retry',
	'podAdded',
	'podChanged',
	'containerStarted',
	'containerDied',
	'livenessFailed',
	'readinessChanged',
	'kubeletStarted',
	'pending',
];
