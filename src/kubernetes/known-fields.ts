// Names of the fields that Kubernetes 1.36 knows and the pipeline does not read. A reader that meets one of them says
// nothing; a name that is neither here nor read, but resembles one, is taken for a misspelling. Follows
// k8s.io/api/core/v1/types.go and k8s.io/apimachinery/pkg/apis/meta/v1/types.go.

function words(text: string): readonly string[] {
	return text.trim().split(/\s+/);
}

/** Every object. */
export const OBJECT_FIELDS: readonly string[] = words('apiVersion kind metadata spec status');

export const METADATA_FIELDS: readonly string[] = words(`
	creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation managedFields
	ownerReferences resourceVersion selfLink uid name namespace labels annotations`);

export const POD_SPEC_FIELDS: readonly string[] = words(`
	activeDeadlineSeconds affinity dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostPID hostUsers hostname
	hostnameOverride os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources
	restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup setHostnameAsFQDN shareProcessNamespace
	subdomain tolerations topologySpreadConstraints workloadRef`);

export const CONTAINER_FIELDS: readonly string[] = words(`
	args command lifecycle livenessProbe ports readinessProbe resizePolicy resources restartPolicy restartPolicyRules
	startupProbe stdin stdinOnce targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices workingDir`);

export const POD_SECURITY_FIELDS: readonly string[] = words(`
	appArmorProfile fsGroupChangePolicy runAsGroup runAsNonRoot seLinuxChangePolicy seLinuxOptions seccompProfile
	supplementalGroups supplementalGroupsPolicy sysctls windowsOptions`);

export const CONTAINER_SECURITY_FIELDS: readonly string[] = words(`
	allowPrivilegeEscalation appArmorProfile capabilities privileged procMount readOnlyRootFilesystem runAsGroup
	runAsNonRoot seLinuxOptions seccompProfile windowsOptions`);

export const RESOURCE_LIST_FIELDS: readonly string[] = words('cpu ephemeral-storage memory storage');

export const VOLUME_MOUNT_FIELDS: readonly string[] = words('mountPropagation recursiveReadOnly');

/** Volume sources of which nothing is read but their name and the Secrets that some of them name. */
export const OTHER_VOLUME_SOURCES: readonly string[] = words(`
	awsElasticBlockStore azureDisk azureFile cephfs cinder csi emptyDir ephemeral fc flexVolume flocker gcePersistentDisk
	gitRepo glusterfs hostPath image iscsi nfs persistentVolumeClaim photonPersistentDisk portworxVolume quobyte rbd scaleIO
	storageos vsphereVolume`);

/** Sources of a projected volume of which nothing is read. */
export const OTHER_PROJECTIONS: readonly string[] = words('clusterTrustBundle podCertificate');
