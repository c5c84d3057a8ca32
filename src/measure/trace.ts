// Typed trace events: what the model tells an optional sink while it runs, enough to explain why one volume saw one write
// when it did. Without a sink none of them is made. Names, times and rules only, never values.

import type { Micros } from '../core/time.js';
import type { ObjectKind } from '../kubernetes/objects.js';

/** Why a `SyncPod` started. */
export type SyncCause =
	| 'periodic'
	| 'retry'
	| 'podAdded'
	| 'podChanged'
	| 'containerStarted'
	| 'containerDied'
	| 'livenessFailed'
	| 'readinessChanged'
	| 'kubeletStarted'
	| 'pending';

/** Fields that every trace event has. `pod` is `namespace/name`; `volume` the volume's name in the pod spec. */
export interface TraceEventBase {
	readonly at: Micros;
	readonly node: string;
}

/** One thing that happened in the model. */
export type TraceEvent =
	| (TraceEventBase & {
			readonly kind: 'write';
			readonly write: number;
			readonly object: string;
			readonly verb: 'create' | 'update' | 'delete';
			readonly resourceVersion: number;
			readonly changedKeys: readonly string[];
	  })
	| (TraceEventBase & { readonly kind: 'writeRejected'; readonly object: string; readonly message: string })
	| (TraceEventBase & {
			readonly kind: 'delivered';
			readonly object: string;
			readonly resourceVersion: number;
			readonly committedAt: Micros;
	  })
	| (TraceEventBase & { readonly kind: 'trigger'; readonly pod: string; readonly cause: SyncCause; readonly busy: boolean })
	| (TraceEventBase & {
			readonly kind: 'syncStart';
			readonly pod: string;
			readonly cause: SyncCause;
			readonly sync: number;
			readonly waitedForStatusSince: Micros | null;
	  })
	| (TraceEventBase & {
			readonly kind: 'syncEnd';
			readonly pod: string;
			readonly sync: number;
			readonly error: string | null;
			readonly nextDue: Micros;
			readonly nextTick: Micros;
	  })
	| (TraceEventBase & { readonly kind: 'reprocess'; readonly pod: string })
	| (TraceEventBase & { readonly kind: 'remountRequired'; readonly pod: string; readonly volumes: readonly string[] })
	| (TraceEventBase & { readonly kind: 'refreshLost'; readonly pod: string; readonly volume: string; readonly flagSetAt: Micros })
	| (TraceEventBase & { readonly kind: 'refreshHeldByBackoff'; readonly pod: string; readonly volume: string; readonly until: Micros })
	| (TraceEventBase & { readonly kind: 'setUpStart'; readonly pod: string; readonly volume: string })
	| (TraceEventBase & {
			readonly kind: 'request';
			readonly verb: string;
			readonly object: string;
			readonly resourceVersion: 'unset' | '0' | 'set';
			/** WATCH: the stream begins with the present state (WatchList). */
			readonly sendInitialEvents?: boolean;
			readonly resourceVersionMatch?: 'NotOlderThan' | undefined;
			/** LIST: page size, 0 when not sent. */
			readonly limit?: number;
			readonly throttledFor: Micros;
	  })
	/** The status manager tells the API server of a pod's status; takes a client token like any other request. */
	| (TraceEventBase & { readonly kind: 'statusRequest'; readonly verb: 'GET' | 'PATCH'; readonly pod: string })
	| (TraceEventBase & { readonly kind: 'response'; readonly verb: string; readonly object: string; readonly outcome: string })
	| (TraceEventBase & {
			readonly kind: 'note';
			readonly object: string;
			readonly note:
				| 'cacheHit'
				| 'waitForFetch'
				| 'waitForSync'
				| 'reflectorStarted'
				| 'idleStop'
				| 'immutableStop'
				| 'served'
				| 'reflectorBackoff';
			readonly detail: Readonly<Record<string, number | string | boolean>>;
	  })
	| (TraceEventBase & {
			readonly kind: 'read';
			readonly pod: string;
			readonly volume: string;
			readonly object: string;
			readonly result: 'found' | 'notFound' | 'error';
			readonly resourceVersion: number | null;
			readonly text: string | null;
	  })
	| (TraceEventBase & {
			readonly kind: 'compared';
			readonly pod: string;
			readonly volume: string;
			readonly changed: boolean;
			readonly changedPaths: readonly string[];
			readonly removedPaths: readonly string[];
	  })
	/** One file-system step of the swap, in the atomic writer's order. */
	| (TraceEventBase & { readonly kind: 'swapStep'; readonly pod: string; readonly volume: string; readonly step: string })
	| (TraceEventBase & { readonly kind: 'swap'; readonly pod: string; readonly volume: string })
	| (TraceEventBase & {
			readonly kind: 'setUpFailed';
			readonly pod: string;
			readonly volume: string;
			readonly message: string;
			readonly retryAfter: Micros;
	  })
	| (TraceEventBase & { readonly kind: 'tornDown'; readonly pod: string; readonly volume: string })
	| (TraceEventBase & {
			readonly kind: 'settled';
			readonly pod: string;
			readonly volume: string;
			readonly object: string;
			readonly write: number;
			readonly outcome: 'shown' | 'superseded' | 'unchanged';
			readonly delay: Micros;
	  })
	| (TraceEventBase & {
			readonly kind: 'containerStarted';
			readonly pod: string;
			readonly container: string;
			readonly sees: readonly string[];
	  })
	| (TraceEventBase & { readonly kind: 'containerDied'; readonly pod: string; readonly container: string })
	| (TraceEventBase & {
			readonly kind: 'event';
			readonly pod: string;
			readonly type: 'Normal' | 'Warning';
			readonly reason: string;
			readonly message: string;
	  })
	| (TraceEventBase & { readonly kind: 'kubelet'; readonly what: 'stopped' | 'started' });

/** Kinds of {@link TraceEvent}. */
export type TraceKind = TraceEvent['kind'];

/** Names of an object in traces and results: `Secret/namespace/name`. */
export function objectLabel(kind: ObjectKind, namespace: string, name: string): string {
	return `${kind}/${namespace}/${name}`;
}

/** Receives trace events in virtual-time order of each node. */
export interface TraceSink {
	(event: TraceEvent): void;
	/** True: do not tell the file-system steps of each swap, which cost more than everything else. Default: tell them. */
	readonly withoutSwapSteps?: boolean;
}
