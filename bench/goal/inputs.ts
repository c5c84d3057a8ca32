// Files that goals are measured on: a scenario for a large cluster, with manifests as a cluster of that size would have them.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PODS_PER_NODE } from '../fleet/workload.js';
import { repositoryPath } from '../repository.js';

/** Replicas of one Deployment of the fleet. */
const REPLICAS = 500;

/** Manifest files of the bundled application, which `secretsim mount` is given. */
export const MIXED_FILES: number = readdirSync(repositoryPath('scenarios/manifests/shop')).length;

function deployment(number: number): string {
	return `apiVersion: v1
kind: Secret
metadata: { name: shared-${number} }
stringData: { password: "1" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app-${number}, labels: { app: app-${number} } }
spec:
  replicas: ${REPLICAS}
  selector: { matchLabels: { app: app-${number} } }
  template:
    metadata: { labels: { app: app-${number} } }
    spec:
      containers:
        - name: main
          image: registry.example.invalid/app:1
          volumeMounts: [{ name: secret, mountPath: /etc/secret, readOnly: true }]
      volumes:
        - name: secret
          secret: { secretName: shared-${number} }
`;
}

/**
 * Writes a scenario and its manifests: Deployments of 500 pods with a Secret each, 30 pods a node, each Secret rotated hourly.
 *
 * @returns path of the scenario.
 */
export function writeLargeScenario(folder: string, nodes: number): string {
	const deployments = Math.ceil((nodes * PODS_PER_NODE) / REPLICAS);
	writeFileSync(join(folder, 'manifests.yaml'), Array.from({ length: deployments }, (_, i) => deployment(i)).join('---\n'));
	const actions = Array.from(
		{ length: Math.min(deployments, 10) },
		(_, i) => `  - { every: 1h, from: 10m, patch: Secret/default/shared-${i}, stringData: { password: "{{ random 16 }}" } }`,
	);
	const file = join(folder, 'scenario.yaml');
	writeFileSync(
		file,
		`apiVersion: secretsim/v1
kind: Scenario
metadata: { name: large }
replications: 1
duration: 24h
cluster: { nodes: ${nodes} }
manifests: [manifests.yaml]
actions:
${actions.join('\n')}
`,
	);
	return file;
}
