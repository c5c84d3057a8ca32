// What a Kubernetes release does differently for the propagation of Secrets and ConfigMaps, as one flat record of plain
// values. The model reads these fields and never compares version numbers. Every field is a row of the table in
// version-table.ts (K13.7 and A0.1), where its source and how sure it is are written down.

/** Everything that differs between releases. Plain data: it survives structured cloning. */
export interface VersionProfile {
	/** The release, for example "1.36". A profile made from a version with a patch keeps it: "1.28.2". */
	readonly version: string;

	/** Cache: every SyncPod's registration drops the cached data of all references (K5.3, until 1.28). */
	readonly cacheInvalidatesOnEverySync: boolean;
	/** Watch: references are counted per pod UID instead of by a plain counter (K6, from 1.28). */
	readonly watchReferencesPerUid: boolean;
	/** Watch: `timeoutSeconds` of one watch is uniform in [m, 2m) seconds; this is m (A1.4). */
	readonly watchTimeoutMinSeconds: number;
	/** Client gate WatchListClient: an object's first read is one consistent stream instead of LIST and WATCH (A1.3). */
	readonly watchListClient: boolean;
	/** Server gate WatchList: `sendInitialEvents` is understood (A0.1; off again in 1.33). */
	readonly watchListServer: boolean;
	/** The initial-events-end bookmark follows the initial events at once instead of at the next bookmark tick (A0.1). */
	readonly initialBookmarkAtOnce: boolean;
	/** ConsistentListFromCache: a LIST with `resourceVersion` unset is answered by the watch cache after a revision probe (A3.7). */
	readonly listFromCacheWhenUnset: boolean;
	/** A WATCH with `resourceVersion` unset and no initial events is served from etcd; no kubelet reflector sends one (A0.1). */
	readonly legacyWatchFromEtcd: boolean;
	/** What a client meets while the watch cache is not ready: the request hangs, or 429 with a fixed or growing Retry-After (A0.1). */
	readonly notReadyRetryAfter: 'hangs' | 'oneSecond' | 'exponential';
	/** ResilientWatchCacheInitialization: requests to a cache that is not ready are refused or sent to etcd instead of waiting (A0.1). */
	readonly resilientWatchCacheInitialization: boolean;
	/** The API server is not ready before all built-in watch caches are (A0.1, from 1.36). */
	readonly readinessWaitsForWatchCaches: boolean;
	/** ListFromCacheSnapshot, DetectCacheInconsistency and SizeBasedListCostEstimate are on (A0.1, from 1.34). */
	readonly cacheSnapshots: boolean;
	/** What holds the objects of the watch cache (A0.1, BtreeWatchCache). */
	readonly watchCacheStore: 'hashMap' | 'btree';
	/** By which key the watch cache finds the watchers of an event (A0.1). */
	readonly watchersBucketedBy: 'nameIndex' | 'namespaceAndName';
	/** Secrets and ConfigMaps have an index by metadata.name (A0.1, until 1.26). */
	readonly metadataNameIndex: boolean;
	/** HTTP/2 streams that one connection carries before the client opens another (A1.8). */
	readonly http2StreamsPerConnection: number;
	/** How many seats priority and fairness takes for the start of a WATCH (A0.1). */
	readonly watchWorkEstimate: 'oneSeat' | 'likeList';
	/** Priority levels may lend idle seats to others (A0.1, from 1.26). */
	readonly priorityLevelsLend: boolean;
	/** KMS v1 may be configured by default (A0.1, A9.2). */
	readonly kmsV1: boolean;
	/** KMS v2 works by default (A0.1). */
	readonly kmsV2: boolean;
	/** KMS v2 derives one key per object from a seed (A9.2). */
	readonly kmsV2KeyPerObject: boolean;
	/** Label names of the metrics of cacher, etcd and watch events (A11). */
	readonly cacherMetricLabels: 'kind' | 'groupResource';

	/** When a reflector's back-off starts over: two minutes after the previous call of it, or after its previous reset (A1.4). */
	readonly reflectorBackoffReset: 'sincePreviousCall' | 'sincePreviousReset';
	/** 2: refused and 429 retries have a back-off of their own beside the outer loop's; 1: one state for both (A1.4). */
	readonly reflectorBackoffManagers: 1 | 2;
	/** GET and LIST are repeated by the client after `http2: client connection lost` (A1.5). */
	readonly httpRetriesConnectionLost: boolean;

	/** The atomic writer sets owners before it publishes, and only when it writes (K13.7). */
	readonly ownershipBeforePublication: boolean;
	/** The atomic writer makes missing links again when the content is unchanged (K13.7). */
	readonly writerRepairsLinks: boolean;
	/** The atomic writer gives links to the owner of the file (K13.7; tokens). */
	readonly writerChownsLinks: boolean;
	/** The tmpfs of a Secret volume gets a `size` option (K7.8). */
	readonly tmpfsSized: boolean;
	/** The tmpfs of a Secret volume gets the option `noswap` where the kernel knows it (K7.8). */
	readonly tmpfsNoswap: boolean;

	/** After an error the next sync follows the earliest container or image back-off expiry, at most S, instead of 10 s (K2.1). */
	readonly retryFollowsBackoffExpiry: boolean;
	/** SyncPod emits an event of its own whenever a mount wait times out (K4.4). */
	readonly mountTimeoutEvent: boolean;
	/** Deleting the pod ends a running mount wait at once (K13.7). */
	readonly mountWaitEndsOnDeletion: boolean;
	/** The mount wait's error has the part "failed to process volumes=[...]" (K3.2). */
	readonly mountErrorListsFailed: boolean;
	/** The cause at the end of the mount wait's error (K3.2). */
	readonly mountTimeoutCause: string;
	/** SyncTerminatedPod waits for the pod's volume directories to go before it unregisters the pod (K1.5). */
	readonly terminatedPodWaitsForVolumeDirs: boolean;
	/** A restarted kubelet knows the volumes on its disk, as Uncertain, before the first pass (K16). */
	readonly restartKnowsVolumes: boolean;
	/** The reconciler looks for a pending operation of a volume before anything else (K13.7). */
	readonly reconcilerSkipsPending: boolean;
	/** Graceful node shutdown waits for unmounts (K1.5). */
	readonly shutdownWaitsForUnmounts: boolean;
	/** SyncPod asks for a PLEG relist when it returns (K13.7). */
	readonly plegRelistAfterSync: boolean;
	/** A pod's status is told as soon as its sandbox is ready (KEP-3085), besides at the beginning of each SyncPod. */
	readonly statusToldWithSandbox: boolean;
	/** RestartAllContainersOnContainerExits is on; it does not touch volumes (K13.2). */
	readonly restartAllContainersOnExit: boolean;
	/** Static pods may not reference API objects (K18). Before, they run without a mirror pod and cannot read them. */
	readonly staticPodApiReferencesRejected: boolean;

	/** Default `kubeAPIQPS`, requests per second. */
	readonly kubeAPIQPS: number;
	/** Default `kubeAPIBurst`, requests. */
	readonly kubeAPIBurst: number;
	/** Default `eventRecordQPS`, events per second. */
	readonly eventRecordQPS: number;
	/** Default `eventBurst`, events. */
	readonly eventBurst: number;
	/** First pause of the crash-loop back-off, seconds (K15). */
	readonly crashLoopBackOffInitialSeconds: number;
	/** Default longest pause of the crash-loop back-off, seconds (K12). */
	readonly crashLoopBackOffMaxSeconds: number;
	/** `crashLoopBackOff.maxContainerRestartPeriod` is honoured without a feature gate (K12). */
	readonly crashLoopBackOffMaxConfigurable: boolean;

	/** Names from envFrom that are no C identifiers are left out, with an event (K10, until 1.29). */
	readonly envNamesFiltered: boolean;
	/** API validation of variable names: gate RelaxedEnvironmentVariableValidation is on (K10). */
	readonly relaxedEnvNameValidation: boolean;
	/** A missing image pull secret makes the event FailedToRetrieveImagePullSecret on every sync (K17). */
	readonly eventFailedToRetrieveImagePullSecret: boolean;
	/** KubeletEnsureSecretPulledImages is on; it reads no further Secrets (K17). */
	readonly ensureSecretPulledImages: boolean;

	/** Message of the event `Created`; see {@link eventText} for the placeholders. */
	readonly eventTextCreated: string;
	/** Message of the event `Started`. */
	readonly eventTextStarted: string;
	/** Message of the event `Pulled` when the image was there already. */
	readonly eventTextImagePresent: string;
	/** The event spam filter counts per object and event type instead of per object (K4.2). */
	readonly eventBucketPerType: boolean;

	/** The TTL controller has a step of 600 s above 10,000 nodes (A7.1). */
	readonly ttlTopStep600: boolean;
	/** Wording of validation errors about sizes: `Too long: <this> 1048576 bytes` (A12). */
	readonly tooLongWording: 'must have at most' | 'may not be more than';
	/** What validation errors call the key of a label; with `label key`, lengths of labels are said to be bytes, before characters. */
	readonly labelKeyWording: 'qualified name' | 'label key';
}

/** Names of everything that differs: the rows of the version table. */
export type VersionFactName = Exclude<keyof VersionProfile, 'version'>;

/**
 * Fills a message template of a profile.
 *
 * @param template for example {@link VersionProfile.eventTextCreated}; `{container}` and `{image}` are replaced.
 * @example eventText(profile.eventTextImagePresent, 'main', 'nginx')
 */
export function eventText(template: string, container: string, image: string): string {
	return template.replace(/\{(container|image)\}/g, (_, part: string) => (part === 'container' ? container : image));
}
