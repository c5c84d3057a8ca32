// The GET of one object by name, as the Get and Cache strategies send it.

import type { RequestOptions, ResourceVersion } from '../../apiserver/protocol.js';
import type { Resource } from '../../kubernetes/objects.js';

/**
 * A GET.
 *
 * @param resourceVersion `RESOURCE_VERSION_UNSET` for a quorum read, 0 for the API server's watch cache (K5.1).
 */
export function getRequest(resource: Resource, object: number, resourceVersion: ResourceVersion): RequestOptions {
	return {
		verb: 'GET',
		resource,
		object,
		resourceVersion,
		resourceVersionMatch: undefined,
		sendInitialEvents: false,
		allowWatchBookmarks: false,
		limit: 0,
		timeoutSeconds: 0,
	};
}
