// The requests for one object by name, with the options that the kubelet sets on each. Receives the version that the sender
// knows, gives the request. Follows reflector.go of client-go (A1.2, A1.3) and the managers of pkg/kubelet/util/manager (K5.1).

import type { RequestOptions, ResourceVersion } from '../../apiserver/protocol.js';
import type { Resource } from '../../kubernetes/objects.js';

/**
 * A GET.
 *
 * @param resourceVersion `RESOURCE_VERSION_UNSET` for a quorum read, 0 for the API server's watch cache (K5.1).
 */
export function getRequest(resource: Resource, object: number, resourceVersion: ResourceVersion): RequestOptions {
	// All of them are written out, since one is made for every read under Get: spreading what they share took a fifth of such a run.
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

/** A LIST of a reflector. @param limit page size, 0 for no paging. */
export function listRequest(resource: Resource, object: number, resourceVersion: ResourceVersion, limit: number): RequestOptions {
	return {
		verb: 'LIST',
		resource,
		object,
		resourceVersion,
		resourceVersionMatch: undefined,
		sendInitialEvents: false,
		allowWatchBookmarks: false,
		limit,
		timeoutSeconds: 0,
	};
}

/** A WATCH that goes on from a version. @param timeoutSeconds after which the server ends the stream. */
export function watchRequest(resource: Resource, object: number, resourceVersion: ResourceVersion, timeoutSeconds: number): RequestOptions {
	return {
		verb: 'WATCH',
		resource,
		object,
		resourceVersion,
		resourceVersionMatch: undefined,
		sendInitialEvents: false,
		allowWatchBookmarks: true,
		limit: 0,
		timeoutSeconds,
	};
}

/** A WATCH that begins with the present state (WatchList). @param resourceVersion unset for the newest state. */
export function watchListRequest(
	resource: Resource,
	object: number,
	resourceVersion: ResourceVersion,
	timeoutSeconds: number,
): RequestOptions {
	return {
		verb: 'WATCH',
		resource,
		object,
		resourceVersion,
		resourceVersionMatch: 'NotOlderThan',
		sendInitialEvents: true,
		allowWatchBookmarks: true,
		limit: 0,
		timeoutSeconds,
	};
}
