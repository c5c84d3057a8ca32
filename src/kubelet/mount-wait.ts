// `WaitForAttachAndMount`, on which SyncPod waits for its volumes: when it looks, when it gives up, and what it says then.
// Follows pkg/kubelet/volumemanager/volume_manager.go (K3.1, K3.2).

import { MILLISECOND, type Micros, SECOND } from '../core/time.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';

/** It looks at once and then on this grid. */
export const MOUNT_POLL: Micros = 300 * MILLISECOND;
/** It gives up after this time. */
export const MOUNT_TIMEOUT: Micros = 123 * SECOND;

/** `backOffPeriod`: base of the retry after a failed sync (K1.1). */
export const ERROR_RETRY: Micros = 10 * SECOND;

/** The event of a sync that gave up. @param text of the error. */
export function mountTimeoutMessage(text: string): string {
	return `Unable to attach or mount volumes: ${text}`;
}

/** The error of a wait that gave up. @param names volumes that are not mounted, sorted. */
export function mountTimeoutText(names: readonly string[], profile: VersionProfile): string {
	const failed = profile.mountErrorListsFailed ? ', failed to process volumes=[]' : '';
	return `unmounted volumes=[${names.join(' ')}], unattached volumes=[]${failed}: ${profile.mountTimeoutCause}`;
}
