// What a kubelet says to the API server and what comes back, as data. The node emits a Request and is resumed by a
// Response at a later virtual time; it never calls the server. Follows the HTTP semantics of A1-A3.

import type { Micros } from '../core/time.js';
import type { Resource } from '../kubernetes/objects.js';

/** The verbs that the kubelet's secret and configmap access uses; POST asks for a service-account token. */
export type Verb = 'GET' | 'LIST' | 'WATCH' | 'POST';

/** What a request is about: a Secret, a ConfigMap, or the token of a ServiceAccount. */
export type RequestResource = Resource | 'serviceaccounts/token';

/** `resourceVersion` of a request or an object: the number, 0 for "0". */
export type ResourceVersion = number;

/** `resourceVersion` not set in the request: a consistent (quorum) read. */
export const RESOURCE_VERSION_UNSET: ResourceVersion = -1;

/** What the managers need to know of an object that they keep; the rest is opaque to them. */
export interface StoredObject {
	readonly resourceVersion: ResourceVersion;
	readonly immutable: boolean;
}

/** A request for one object by name (LIST and WATCH carry the field selector `metadata.name=<name>`). */
export interface RequestOptions {
	readonly verb: Verb;
	readonly resource: RequestResource;
	/** The node's own number of the object; for a token the node's own number of the pod. */
	readonly object: number;
	readonly resourceVersion: ResourceVersion;
	/** `NotOlderThan`, or undefined when the parameter is not sent. */
	readonly resourceVersionMatch: 'NotOlderThan' | undefined;
	/** WATCH only: streaming list (WatchList). */
	readonly sendInitialEvents: boolean;
	/** WATCH only. */
	readonly allowWatchBookmarks: boolean;
	/** LIST only: page size, 0 when not sent. */
	readonly limit: number;
	/** WATCH only: seconds after which the server ends the stream, 0 when not sent. */
	readonly timeoutSeconds: number;
}

/** An HTTP status that is not a success. */
export interface StatusError {
	readonly kind: 'status';
	readonly code: number;
	/** Kubernetes' machine-readable reason, e.g. `NotFound`, `Expired`, `TooManyRequests`. */
	readonly reason: string;
	readonly message: string;
	/** Seconds of the Retry-After header; undefined when the response has none. */
	readonly retryAfterSeconds: number | undefined;
	/** True for the 504 "Too large resource version" (cause ResourceVersionTooLarge). */
	readonly resourceVersionTooLarge?: boolean;
}

/** The connection failed before there was a response. */
export interface ConnectionError {
	readonly kind: 'connection';
	readonly cause: 'refused' | 'reset' | 'timeout' | 'lost';
	readonly message: string;
}

/** What comes back for one request; a WATCH gets many (`opened`, then events, then one `closed`). */
export type Response<T extends StoredObject> =
	| { readonly kind: 'object'; readonly object: T }
	/** A token was issued (POST). */
	| { readonly kind: 'created' }
	| { readonly kind: 'list'; readonly resourceVersion: ResourceVersion; readonly object: T | null }
	| { readonly kind: 'opened' }
	| { readonly kind: 'event'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
	| { readonly kind: 'bookmark'; readonly resourceVersion: ResourceVersion; readonly initialEventsEnd: boolean }
	| { readonly kind: 'errorEvent'; readonly code: number; readonly reason: string; readonly message: string }
	/** End of a stream. `clean` as A1.2 defines it. */
	| { readonly kind: 'closed'; readonly clean: boolean; readonly message: string }
	| StatusError
	| ConnectionError;

/** A response on its way to a node. */
export interface Delivery<T extends StoredObject> {
	readonly at: Micros;
	readonly request: number;
	readonly response: Response<T>;
}
