// The KubeletConfiguration as a scenario takes it: a real file of kind KubeletConfiguration, or the same fields inline.
// Fields that play a role in propagation are read; all others that exist in kubelet.config.k8s.io/v1beta1 are accepted,
// checked for their type and named in one warning each, so that a cluster's own file can be given as it is; everything else
// is an error. Names and defaults follow pkg/kubelet/apis/config/v1beta1/{types,defaults}.go (K12).

import { z } from 'zod';
import type { Strategy } from '../cluster/plan.js';
import { checked, complainAboutDuration, field, flag, integer, oneOf } from './field-types.js';

/** `apiVersion` of a KubeletConfiguration. */
export const KUBELET_API_VERSION = 'kubelet.config.k8s.io/v1beta1';

/** The values of `configMapAndSecretChangeDetectionStrategy`, the default first. */
export const STRATEGIES: readonly Strategy[] = ['Watch', 'Cache', 'Get'];

/** What type a field has that plays no role here. */
type IgnoredType = 'duration' | 'text' | 'flag' | 'integer' | 'number' | 'list' | 'mapping';

/**
 * Fields that exist and change nothing in this model, by type. Two of them touch the pipeline in ways that the model does
 * not cover yet (`crashLoopBackOff`, `featureGates`); their warning says no less: they play no role.
 */
const IGNORED_FIELDS: Readonly<Record<IgnoredType, readonly string[]>> = {
	duration: [
		'fileCheckFrequency',
		'httpCheckFrequency',
		'streamingConnectionIdleTimeout',
		'nodeStatusUpdateFrequency',
		'nodeStatusReportFrequency',
		'imageMinimumGCAge',
		'imageMaximumGCAge',
		'volumeStatsAggPeriod',
		'cpuManagerReconcilePeriod',
		'draManagerReconcilePeriod',
		'runtimeRequestTimeout',
		'cpuCFSQuotaPeriod',
		'evictionPressureTransitionPeriod',
		'containerLogMonitorInterval',
		'shutdownGracePeriod',
		'shutdownGracePeriodCriticalPods',
	],
	text: [
		'staticPodPath',
		'podLogsDir',
		'staticPodURL',
		'address',
		'tlsCertFile',
		'tlsPrivateKeyFile',
		'tlsMinVersion',
		'imagePullCredentialsVerificationPolicy',
		'healthzBindAddress',
		'clusterDomain',
		'kubeletCgroups',
		'systemCgroups',
		'cgroupRoot',
		'cgroupDriver',
		'cpuManagerPolicy',
		'memoryManagerPolicy',
		'topologyManagerPolicy',
		'topologyManagerScope',
		'hairpinMode',
		'podCIDR',
		'resolvConf',
		'contentType',
		'containerLogMaxSize',
		'reservedSystemCPUs',
		'showHiddenMetricsForVersion',
		'systemReservedCgroup',
		'kubeReservedCgroup',
		'volumePluginDir',
		'providerID',
		'containerRuntimeEndpoint',
		'imageServiceEndpoint',
	],
	flag: [
		'enableServer',
		'rotateCertificates',
		'serverTLSBootstrap',
		'enableDebuggingHandlers',
		'enableContentionProfiling',
		'cgroupsPerQOS',
		'singleProcessOOMKill',
		'runOnce',
		'cpuCFSQuota',
		'serializeImagePulls',
		'mergeDefaultEvictionSettings',
		'enableControllerAttachDetach',
		'protectKernelDefaults',
		'makeIPTablesUtilChains',
		'failSwapOn',
		'kernelMemcgNotification',
		'enableSystemLogHandler',
		'enableSystemLogQuery',
		'enableProfilingHandler',
		'enableDebugFlagsHandler',
		'seccompDefault',
		'registerNode',
		'localStorageCapacityIsolation',
		'failCgroupV1',
	],
	integer: [
		'port',
		'readOnlyPort',
		'registryPullQPS',
		'registryBurst',
		'eventRecordQPS',
		'eventBurst',
		'healthzPort',
		'oomScoreAdj',
		'nodeLeaseDurationSeconds',
		'imageGCHighThresholdPercent',
		'imageGCLowThresholdPercent',
		'maxPods',
		'podPidsLimit',
		'nodeStatusMaxImages',
		'maxOpenFiles',
		'maxParallelImagePulls',
		'evictionMaxPodGracePeriod',
		'podsPerCore',
		'iptablesMasqueradeBit',
		'iptablesDropBit',
		'containerLogMaxFiles',
		'containerLogMaxWorkers',
	],
	number: ['memoryThrottlingFactor'],
	list: [
		'tlsCipherSuites',
		'tlsCurvePreferences',
		'preloadedImagesVerificationAllowlist',
		'clusterDNS',
		'enforceNodeAllocatable',
		'allowedUnsafeSysctls',
		'shutdownGracePeriodByPodPriority',
		'reservedMemory',
		'registerWithTaints',
	],
	mapping: [
		'staticPodURLHeader',
		'authentication',
		'authorization',
		'cpuManagerPolicyOptions',
		'topologyManagerPolicyOptions',
		'qosReserved',
		'evictionHard',
		'evictionSoft',
		'evictionSoftGracePeriod',
		'evictionMinimumReclaim',
		'featureGates',
		'memorySwap',
		'systemReserved',
		'kubeReserved',
		'logging',
		'tracing',
		'userNamespaces',
		'crashLoopBackOff',
	],
};

/** metav1.Duration: a Go duration in a text; its JSON form takes no number. */
function kubernetesDuration(positive: boolean): z.ZodType<string> {
	return checked<string>({ type: 'string' }, (value) => {
		if (typeof value === 'number')
			return { message: 'is a number; Kubernetes takes durations as text', suggestion: `write ${value}s for seconds` };
		return complainAboutDuration(value, positive);
	});
}

/** The lists and mappings that play no role are checked for being such. */
function shapeOf(kind: IgnoredType): z.ZodType {
	switch (kind) {
		case 'duration':
			return kubernetesDuration(false);
		case 'text':
			return checked({ type: 'string' }, (value) => (typeof value === 'string' ? null : { message: 'must be a text' }));
		case 'flag':
			return flag();
		case 'integer':
			return integer();
		case 'number':
			return checked({ type: 'number' }, (value) => (typeof value === 'number' ? null : { message: 'must be a number' }));
		case 'list':
			return checked({ type: 'array' }, (value) => (Array.isArray(value) ? null : { message: 'must be a list' }));
		case 'mapping':
			return checked({ type: 'object' }, (value) =>
				typeof value === 'object' && value !== null && !Array.isArray(value) ? null : { message: 'must be a mapping' },
			);
	}
}

function ignoredFields(): Record<string, z.ZodType> {
	const fields: Record<string, z.ZodType> = {};
	for (const [kind, names] of Object.entries(IGNORED_FIELDS) as [IgnoredType, readonly string[]][]) {
		for (const name of names)
			fields[name] = shapeOf(kind).nullish().meta({ description: 'Accepted; plays no role here.', 'x-ignored': true });
	}
	return fields;
}

/** The fields of the KubeletConfiguration that play a role. */
const ROLE_FIELDS = {
	apiVersion: field(oneOf([KUBELET_API_VERSION]).optional(), {
		description: 'As in a real file; checked when it is there.',
		unit: 'text',
		default: { text: 'none; a file of its own needs it' },
		example: KUBELET_API_VERSION,
	}),
	kind: field(oneOf(['KubeletConfiguration']).optional(), {
		description: 'As in a real file; checked when it is there.',
		unit: 'text',
		default: { text: 'none; a file of its own needs it' },
		example: 'KubeletConfiguration',
	}),
	syncFrequency: field(kubernetesDuration(true).nullish(), {
		description: 'The longest time between two syncs of a healthy pod is 1.5 times this and one second (K2.4).',
		unit: 'duration',
		default: '1m',
		example: '10s',
	}),
	configMapAndSecretChangeDetectionStrategy: field(oneOf(STRATEGIES).nullish(), {
		description:
			'How the kubelet learns of changes: Watch (one watch an object and node), Cache (a TTL cache) or Get (a request each time).',
		unit: 'word',
		default: 'Watch',
		example: 'Cache',
	}),
	kubeAPIQPS: field(integer(1, 2_147_483_647).nullish(), {
		description: 'Requests a second that the kubelet allows itself; its GETs and LISTs wait for a token.',
		unit: 'requests per second',
		default: { text: '50; 5 up to Kubernetes 1.26' },
		example: 5,
	}),
	kubeAPIBurst: field(integer(1, 2_147_483_647).nullish(), {
		description: 'Requests that may go at once before kubeAPIQPS holds them back.',
		unit: 'requests',
		default: { text: '100; 10 up to Kubernetes 1.26' },
		example: 10,
	}),
};

/** Names of the fields that play a role. */
export const KUBELET_ROLE_FIELDS: readonly string[] = Object.keys(ROLE_FIELDS);

/** A KubeletConfiguration. */
export const kubeletSchema: z.ZodType<KubeletConfiguration> = z.strictObject({
	...ROLE_FIELDS,
	...ignoredFields(),
}) as unknown as z.ZodType<KubeletConfiguration>;

/** The fields of a checked KubeletConfiguration that play a role. A null counts as not set, as in Kubernetes. */
export interface KubeletConfiguration {
	readonly apiVersion?: string;
	readonly kind?: string;
	readonly syncFrequency?: string | null;
	readonly configMapAndSecretChangeDetectionStrategy?: Strategy | null;
	readonly kubeAPIQPS?: number | null;
	readonly kubeAPIBurst?: number | null;
}
