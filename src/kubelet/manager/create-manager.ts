// Makes the object manager of a strategy: the one place that knows all three (pkg/kubelet/kubelet.go, K1.2).

import type { StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import { CacheManager } from './cache.js';
import { GetManager } from './get.js';
import type { ManagerHost, ManagerProfile, ObjectManager } from './manager.js';
import { WatchManager } from './watch.js';

/** Values of `configMapAndSecretChangeDetectionStrategy`. */
export type DetectionStrategy = 'Watch' | 'Cache' | 'Get';

/**
 * The manager of one resource on one node. A kubelet has two, and a restarted kubelet new ones.
 *
 * @param strategy `configMapAndSecretChangeDetectionStrategy`.
 * @param syncFrequency of the kubelet; plays a role for Watch only (idle stop).
 * @param startedAt when the kubelet started, in microseconds of the run; may be negative. Default 0.
 */
export function createManager<T extends StoredObject>(
	strategy: DetectionStrategy,
	resource: Resource,
	profile: ManagerProfile,
	syncFrequency: Micros,
	host: ManagerHost<T>,
	startedAt: Micros = 0,
): ObjectManager<T> {
	switch (strategy) {
		case 'Watch':
			return new WatchManager(resource, profile, syncFrequency, host, startedAt);
		case 'Cache':
			return new CacheManager(resource, profile, host);
		case 'Get':
			return new GetManager(resource, host);
	}
}
