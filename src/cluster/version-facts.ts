// Which facts of the version table the engine reads, and what to say when one of them was never verified for the release.

import type { VersionProfile } from '../kubernetes/version-profile.js';
import { unverifiedCells, type VersionFactName } from '../kubernetes/versions.js';

/** Facts that a run depends on; the others belong to parts of the real system that no scenario exercises yet. */
const USED_FACTS: readonly VersionFactName[] = [
	'cacheInvalidatesOnEverySync',
	'watchReferencesPerUid',
	'watchTimeoutMinSeconds',
	'watchListClient',
	'http2StreamsPerConnection',
	'reflectorBackoffReset',
	'reflectorBackoffManagers',
	'httpRetriesConnectionLost',
	'retryFollowsBackoffExpiry',
	'mountTimeoutEvent',
	'mountErrorListsFailed',
	'mountTimeoutCause',
	'restartKnowsVolumes',
	'plegRelistAfterSync',
	'kubeAPIQPS',
	'kubeAPIBurst',
	'crashLoopBackOffInitialSeconds',
	'crashLoopBackOffMaxSeconds',
	'eventFailedToRetrieveImagePullSecret',
	'eventTextCreated',
	'eventTextStarted',
	'eventTextImagePresent',
	'ttlTopStep600',
	'tooLongWording',
];

/** One warning per fact of the release that a run depends on and that was derived or believed, not read in source. */
export function unverifiedFacts(profile: VersionProfile): string[] {
	return unverifiedCells(profile, USED_FACTS).map(
		(cell) => `Kubernetes ${profile.version}: ${cell.fact} = ${String(cell.value)} is ${cell.status} (${cell.source})`,
	);
}
