// The texts that `secretsim init` writes: a scenario with comments that say what to change first, and the manifests of
// an example for those who have none at hand.

/** What a first scenario is made of. */
export interface ScenarioDraft {
	readonly name: string;
	/** Paths of manifests as seen from the scenario's folder. */
	readonly manifests: readonly string[];
	readonly nodes: number;
	readonly object: { readonly kind: 'Secret' | 'ConfigMap'; readonly namespace: string; readonly name: string };
	/** The key that is rotated. */
	readonly key: string;
	/** A workload that mounts the object, for the comment. */
	readonly consumer: string;
}

/** A YAML scalar; quoted unless it is a plain word or path. */
function scalar(text: string): string {
	return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}

/** The scenario's text. */
export function scenarioText(draft: ScenarioDraft): string {
	const { object, key } = draft;
	const values = object.kind === 'Secret' ? 'stringData' : 'data';
	return `# How long does a change of ${object.kind} ${object.namespace}/${object.name} take to reach every pod that mounts it
# (${draft.consumer} among others), and what does it cost the API server?
#   secretsim run FILE        the answer, per strategy
#   secretsim explain FILE    why one pod saw one write when it did
apiVersion: secretsim/v1
kind: Scenario
metadata: { name: ${scalar(draft.name)} }
seed: 1                        # same seed, same bytes
replications: 20               # independent repetitions; more of them give narrower intervals
duration: 30m                  # virtual time in which measured writes are made
cluster:
  nodes: ${draft.nodes}                     # set it to yours: from 101 nodes on the Cache strategy has a TTL
  kubelet:                     # a KubeletConfiguration: set what yours sets
    syncFrequency: 1m
manifests: [${draft.manifests.map(scalar).join(', ')}]
actions:
  - every: 5m                  # one rotation every five minutes
    patch: ${object.kind}/${object.namespace}/${object.name}
    ${values}: { ${scalar(key)}: "{{ random 16 }}" }
matrix:                        # every value is run, with the same luck
  cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Cache, Get]
expect:                        # exit code 1 when it is not met
  - { metric: propagation.delaySeconds.p99, max: 92s }
`;
}

/** A Secret and a Deployment that mounts it. */
export const EXAMPLE_MANIFESTS = `apiVersion: v1
kind: Secret
metadata: { name: db, namespace: default }
stringData: { password: change-me }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 12
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          volumeMounts:
            - { name: db, mountPath: /etc/db, readOnly: true }
      volumes:
        - name: db
          secret: { secretName: db }
`;
