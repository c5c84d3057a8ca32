// The version table: one row a fact, one column a release, as data. A row names only the releases in which its value
// changed; a release in between repeats the cell to its left, as the tables of K13.7 and A0.1 do. Cells hold the default
// of the release; a feature gate could override it. A fact that changed inside a minor release names the patch.

import type { VersionFactName, VersionProfile } from './version-profile.js';

/**
 * How sure a cell is: `verified` was read in the source of that release (or recorded from it), `derived` follows from what
 * was read, `unverified` rests on an issue, a changelog or a neighbouring release.
 */
export type CellStatus = 'verified' | 'derived' | 'unverified';

/** From which release on a row has which value. Keys are `minor` ("1.29") or `patch` ("1.28.3") releases, ascending. */
export interface VersionRow<T> {
	/** The question that the row answers. */
	readonly what: string;
	/** Upstream file and rule. */
	readonly source: string;
	readonly values: Readonly<Record<string, T>>;
	/** Status of single cells by the same keys as `values`; `verified` where nothing is said. */
	readonly status: Readonly<Record<string, CellStatus>>;
}

/** The whole table. */
export type VersionTable = { readonly [Fact in VersionFactName]: VersionRow<VersionProfile[Fact]> };

function row<T>(
	what: string,
	source: string,
	values: Readonly<Record<string, T>>,
	status: Readonly<Record<string, CellStatus>> = {},
): VersionRow<T> {
	return { what, source, values, status };
}

/** Off before a release, on from it. */
function since(release: string): Readonly<Record<string, boolean>> {
	return { '1.24': false, [release]: true };
}

/** On before a release, off from it. */
function until(release: string): Readonly<Record<string, boolean>> {
	return { '1.24': true, [release]: false };
}

const MANAGER = 'pkg/kubelet/util/manager';
const GATES = 'apiserver/pkg/features/kube_features.go';
const CACHER = 'apiserver/pkg/storage/cacher';
const WRITER = 'pkg/volume/util/atomic_writer.go, pkg/volume/secret';
const DEFAULTS = 'pkg/kubelet/apis/config/v1beta1/defaults.go';
const REFLECTOR = 'client-go/tools/cache/reflector.go';

/** Releases that have a column, oldest first. */
export const RELEASES: readonly string[] = Array.from({ length: 13 }, (_, i) => `1.${24 + i}`);

/** Rows about the API server and how its clients meet it (A0.1). */
const SERVER_ROWS = {
	watchListServer: row('sendInitialEvents is understood', `${GATES}; A0.1`, {
		'1.24': false,
		'1.32': true,
		'1.33': false,
		'1.34': true,
	}),
	initialBookmarkAtOnce: row(
		'the initial-events-end bookmark follows the initial events at once',
		`${CACHER}/cacher.go, cache_watcher.go; A0.1`,
		since('1.32'),
		{ '1.24': 'derived' },
	),
	listFromCacheWhenUnset: row('ConsistentListFromCache', `${GATES}; A0.1`, since('1.31')),
	legacyWatchFromEtcd: row(
		'a plain WATCH with resourceVersion unset is served from etcd',
		`${CACHER}/delegator.go; A0.1`,
		{
			'1.24': false,
			'1.27.3': true,
			'1.27.4': true,
			'1.27.16': false,
			'1.28.2': true,
			'1.28.4': true,
			'1.28.15': false,
			'1.29.2': true,
			'1.29.3': true,
			'1.29.15': false,
		},
		{ '1.27.4': 'unverified', '1.28.4': 'unverified', '1.29.3': 'unverified' },
	),
	notReadyRetryAfter: row<VersionProfile['notReadyRetryAfter']>(
		'what a client meets while the watch cache is not ready',
		`${CACHER}/cacher.go, util.go; A0.1`,
		{ '1.24': 'hangs', '1.31': 'oneSecond', '1.33': 'exponential' },
	),
	resilientWatchCacheInitialization: row('ResilientWatchCacheInitialization', `${GATES}; A0.1`, since('1.31')),
	readinessWaitsForWatchCaches: row('WatchCacheInitializationPostStartHook', `${GATES}; A0.1`, since('1.36')),
	cacheSnapshots: row('ListFromCacheSnapshot, DetectCacheInconsistency, SizeBasedListCostEstimate', `${GATES}; A0.1`, since('1.34')),
	watchCacheStore: row<VersionProfile['watchCacheStore']>('store behind the watch cache', `${GATES} (BtreeWatchCache); A0.1`, {
		'1.24': 'hashMap',
		'1.32': 'btree',
	}),
	watchersBucketedBy: row<VersionProfile['watchersBucketedBy']>('watchers are found by', `${CACHER}/cacher.go; A0.1`, {
		'1.24': 'nameIndex',
		'1.27': 'namespaceAndName',
	}),
	metadataNameIndex: row(
		'index by metadata.name on secrets and configmaps',
		'pkg/registry/core/secret/strategy.go, pkg/registry/core/configmap/strategy.go; A0.1',
		until('1.27'),
	),
	http2StreamsPerConnection: row(
		'HTTP/2 streams per connection',
		'apiserver/pkg/server/secure_serving.go; A0.1, A1.8',
		{
			'1.24': 250,
			'1.25.15': 100,
			'1.26': 250,
			'1.26.10': 100,
			'1.27': 250,
			'1.27.7': 100,
			'1.28': 250,
			'1.28.3': 100,
		},
		{ '1.25.15': 'unverified', '1.26.10': 'unverified', '1.27.7': 'unverified' },
	),
	watchWorkEstimate: row<VersionProfile['watchWorkEstimate']>(
		'seats of a WATCH start',
		'apiserver/pkg/util/flowcontrol/request/width.go; A0.1',
		{ '1.24': 'oneSeat', '1.32': 'likeList', '1.33': 'oneSeat', '1.34': 'likeList' },
	),
	priorityLevelsLend: row('priority levels lend seats', 'apiserver/pkg/apis/flowcontrol/bootstrap/default.go; A0.1', since('1.26')),
	kmsV1: row('KMS v1 gate', `${GATES}; A0.1`, until('1.29')),
	kmsV2: row('KMS v2 on', `${GATES}; A0.1`, since('1.27')),
	kmsV2KeyPerObject: row('KMS v2 key per object', `${GATES}; A0.1`, since('1.29')),
	cacherMetricLabels: row<VersionProfile['cacherMetricLabels']>('labels of cacher, etcd and watch-event metrics', 'A0.1, A11', {
		'1.24': 'kind',
		'1.34': 'groupResource',
	}),
	ttlTopStep600: row('TTL step of 600 s above 10,000 nodes', 'pkg/controller/ttl/ttl_controller.go; A0.1, A7.1', until('1.25')),
	tooLongWording: row<VersionProfile['tooLongWording']>('wording of "too long"', 'apimachinery/pkg/util/validation/field/errors.go; A0.1', {
		'1.24': 'must have at most',
		'1.32': 'may not be more than',
	}),
	labelKeyWording: row<VersionProfile['labelKeyWording']>(
		'wording of errors about label keys',
		'apimachinery/pkg/util/validation/validation.go (0.33.4, 0.34.1), from 0.35.0 pkg/api/validate/content/kube.go; recorded for 1.36',
		{ '1.24': 'qualified name', '1.35': 'label key' },
		{ '1.24': 'derived' },
	),
} as const;

/** Rows about the kubelet's object managers and its client (K13.7, A0.1). */
const CLIENT_ROWS = {
	cacheInvalidatesOnEverySync: row('Cache: each sync invalidates', `${MANAGER}/cache_based_manager.go; K13.7, A0.1`, until('1.29')),
	watchReferencesPerUid: row('Watch: references per pod UID', `${MANAGER}/watch_based_manager.go; K13.7`, since('1.28')),
	watchTimeoutMinSeconds: row('Watch: shortest timeout of one watch, seconds', `${MANAGER}/watch_based_manager.go; K13.7, A1.4`, {
		'1.24': 300,
		'1.31': 1800,
	}),
	watchListClient: row('Watch: first read is a consistent stream', 'client-go/features/known_features.go; K13.7, A0.1', since('1.35')),
	reflectorBackoffReset: row<VersionProfile['reflectorBackoffReset']>('reset of the reflector back-off', `${REFLECTOR}; A0.1, A1.4`, {
		'1.24': 'sincePreviousCall',
		'1.36': 'sincePreviousReset',
	}),
	reflectorBackoffManagers: row<VersionProfile['reflectorBackoffManagers']>('back-off states of a reflector', `${REFLECTOR}; A0.1, A1.4`, {
		'1.24': 2,
		'1.28': 1,
	}),
	httpRetriesConnectionLost: row('GET and LIST repeated on a lost connection', 'client-go/rest/request.go; A0.1, A1.5', since('1.32')),
	kubeAPIQPS: row('kubeAPIQPS', `${DEFAULTS}; K12, K13.7`, { '1.24': 5, '1.27': 50 }),
	kubeAPIBurst: row('kubeAPIBurst', `${DEFAULTS}; K12, K13.7`, { '1.24': 10, '1.27': 100 }),
	eventRecordQPS: row('eventRecordQPS', `${DEFAULTS}; K12, K13.7`, { '1.24': 5, '1.27': 50 }),
	eventBurst: row('eventBurst', `${DEFAULTS}; K12, K13.7`, { '1.24': 10, '1.27': 100 }),
} as const;

/** Rows about volumes and what lands on disk (K13.7). */
const VOLUME_ROWS = {
	ownershipBeforePublication: row(
		'owners are set before publication, only on a write',
		`${WRITER}; K13.7`,
		{ '1.24': false, '1.26.1': false, '1.26.15': true },
		{ '1.26.1': 'unverified' },
	),
	writerRepairsLinks: row('missing links are made again when content is unchanged', `${WRITER}; K13.7`, since('1.30')),
	writerChownsLinks: row('links are chowned to the owner of the file', `${WRITER}; K13.7`, since('1.36')),
	tmpfsSized: row('tmpfs with size option', 'pkg/volume/emptydir/empty_dir.go; K13.7', { '1.24': true }),
	tmpfsNoswap: row('tmpfs with noswap', 'pkg/volume/emptydir/empty_dir.go; K13.7', since('1.31')),
	mountTimeoutEvent: row('SyncPod event on mount timeout', 'pkg/kubelet/kubelet.go; K13.7, K4.4', until('1.28')),
	mountWaitEndsOnDeletion: row('mount wait ends on pod deletion', 'pkg/kubelet/volumemanager/volume_manager.go; K13.7', since('1.28')),
	mountErrorListsFailed: row('mount wait error lists failed volumes', 'pkg/kubelet/volumemanager/volume_manager.go; K13.7', since('1.27')),
	mountTimeoutCause: row('cause of a mount wait that timed out', 'pkg/kubelet/volumemanager/volume_manager.go; K3.2, K13.7', {
		'1.24': 'timed out waiting for the condition',
		'1.28': 'context deadline exceeded',
	}),
	terminatedPodWaitsForVolumeDirs: row('terminated pod waits for its volume directories', 'pkg/kubelet/kubelet.go; K13.7', since('1.27')),
	restartKnowsVolumes: row(
		'volumes are known before the first mount of a restart',
		'pkg/kubelet/volumemanager/reconciler; K13.7',
		since('1.27'),
	),
	reconcilerSkipsPending: row(
		'reconciler skips volumes with a pending operation',
		'pkg/kubelet/volumemanager/reconciler; K13.7',
		since('1.32'),
	),
	shutdownWaitsForUnmounts: row('node shutdown waits for unmounts', 'pkg/kubelet/nodeshutdown; K13.7', since('1.32')),
} as const;

/** Rows about pods and containers (K13.7). */
const POD_ROWS = {
	retryFollowsBackoffExpiry: row('sync retry follows the back-off expiry', 'pkg/kubelet/pod_workers.go; K13.7, K2.1', since('1.35')),
	plegRelistAfterSync: row('PLEG relist after SyncPod', 'pkg/kubelet/kubelet.go; K13.7', since('1.36')),
	statusToldWithSandbox: row(
		'PodReadyToStartContainers is told when the sandbox is ready',
		'pkg/kubelet/kubelet.go, PR 134660; K20.27',
		since('1.36'),
		{
			'1.24': 'unverified',
		},
	),
	restartAllContainersOnExit: row('RestartAllContainersOnContainerExits', 'pkg/features/kube_features.go; K13.7', since('1.36')),
	staticPodApiReferencesRejected: row(
		'static pods with API references are rejected',
		'pkg/kubelet/config/common.go; K13.7, K18',
		since('1.34'),
	),
	crashLoopBackOffInitialSeconds: row('first crash-loop pause, seconds', 'pkg/kubelet/kubelet.go; K15', { '1.24': 10 }),
	crashLoopBackOffMaxSeconds: row('longest crash-loop pause, seconds', 'pkg/kubelet/kubelet.go; K12', { '1.24': 300 }),
	crashLoopBackOffMaxConfigurable: row('maxContainerRestartPeriod is honoured', `${DEFAULTS}; K12`, since('1.35')),
	envNamesFiltered: row('names from envFrom are filtered', 'pkg/kubelet/kubelet_pods.go; K13.7, K10', until('1.30')),
	relaxedEnvNameValidation: row('RelaxedEnvironmentVariableValidation', 'pkg/features/kube_features.go; K13.7', since('1.32')),
	eventFailedToRetrieveImagePullSecret: row(
		'event FailedToRetrieveImagePullSecret',
		'pkg/kubelet/kubelet_pods.go; K13.7, K17',
		since('1.28'),
	),
	ensureSecretPulledImages: row('KubeletEnsureSecretPulledImages', 'pkg/kubelet/images/image_manager.go; K13.7, K17', since('1.35')),
	eventTextCreated: row('text of the event Created', 'pkg/kubelet/kuberuntime/kuberuntime_container.go; K13.7', {
		'1.24': 'Created container {container}',
		'1.32': 'Created container: {container}',
		'1.35': 'Container created',
	}),
	eventTextStarted: row('text of the event Started', 'pkg/kubelet/kuberuntime/kuberuntime_container.go; K13.7', {
		'1.24': 'Started container {container}',
		'1.35': 'Container started',
	}),
	eventTextImagePresent: row('text of the event Pulled for an image that is present', 'pkg/kubelet/images/image_manager.go; K14.2', {
		'1.24': 'Container image "{image}" already present on machine',
		'1.35': 'Container image "{image}" already present on machine and can be accessed by the pod',
	}),
	eventBucketPerType: row('event spam bucket per object and type', 'client-go/tools/record/events_cache.go; K13.7', since('1.32')),
} as const;

/** Every fact that differs between releases, K13.7 and A0.1. */
export const VERSION_TABLE: VersionTable = { ...SERVER_ROWS, ...CLIENT_ROWS, ...VOLUME_ROWS, ...POD_ROWS };
