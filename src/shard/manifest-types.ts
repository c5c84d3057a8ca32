// The shapes of the Kubernetes objects that a split study is written as: no more of each than is written. A test holds them
// against Kubernetes' own types and schemas.

/** `metadata` of an object. */
export interface ObjectMetadata {
	readonly name: string;
	readonly namespace?: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** A ConfigMap with some parts of the study. */
export interface ConfigMapManifest {
	readonly apiVersion: 'v1';
	readonly kind: 'ConfigMap';
	readonly metadata: ObjectMetadata;
	readonly immutable: true;
	/** Base64 by file name. */
	readonly binaryData: Readonly<Record<string, string>>;
}

/** The claim for the volume on which the pods leave their partial results. */
export interface ClaimManifest {
	readonly apiVersion: 'v1';
	readonly kind: 'PersistentVolumeClaim';
	readonly metadata: ObjectMetadata;
	readonly spec: {
		readonly accessModes: readonly [string];
		readonly storageClassName?: string;
		readonly resources: { readonly requests: { readonly storage: string } };
	};
}

/** The container that simulates one shard. */
export interface ShardContainer {
	readonly name: string;
	readonly image: string;
	readonly args: readonly string[];
	readonly env: readonly { readonly name: string; readonly value: string }[];
	readonly resources: {
		readonly requests: { readonly cpu: string; readonly memory: string };
		readonly limits: { readonly memory: string };
	};
	readonly securityContext: {
		readonly allowPrivilegeEscalation: false;
		readonly readOnlyRootFilesystem: true;
		readonly capabilities: { readonly drop: readonly ['ALL'] };
	};
	readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** The pod of one shard. */
export interface ShardPodSpec {
	readonly restartPolicy: 'Never';
	readonly automountServiceAccountToken: false;
	readonly enableServiceLinks: false;
	readonly securityContext: {
		readonly runAsNonRoot: true;
		readonly runAsUser: number;
		readonly runAsGroup: number;
		readonly fsGroup: number;
		readonly fsGroupChangePolicy: 'OnRootMismatch';
		readonly seccompProfile: { readonly type: 'RuntimeDefault' };
	};
	readonly containers: readonly [ShardContainer];
	readonly volumes: readonly [
		{
			readonly name: string;
			readonly projected: { readonly defaultMode: number; readonly sources: readonly { readonly configMap: { readonly name: string } }[] };
		},
		{ readonly name: string; readonly persistentVolumeClaim: { readonly claimName: string } },
	];
}

/** The Indexed Job: one completion index for each shard. */
export interface JobManifest {
	readonly apiVersion: 'batch/v1';
	readonly kind: 'Job';
	readonly metadata: ObjectMetadata;
	readonly spec: {
		readonly completionMode: 'Indexed';
		readonly completions: number;
		readonly parallelism: number;
		readonly backoffLimitPerIndex: number;
		readonly podFailurePolicy: {
			readonly rules: readonly [
				{ readonly action: 'Ignore'; readonly onPodConditions: readonly { readonly type: string; readonly status: string }[] },
				{
					readonly action: 'FailJob';
					readonly onExitCodes: { readonly containerName: string; readonly operator: 'In'; readonly values: readonly number[] };
				},
			];
		};
		readonly template: {
			readonly metadata: { readonly labels: Readonly<Record<string, string>> };
			readonly spec: ShardPodSpec;
		};
	};
}

/** Everything that is applied for one study, in order. */
export type StudyManifest = ConfigMapManifest | ClaimManifest | JobManifest;
