// The models of pod templates are made of the manifest's own spec and of what admission adds, without the spec that the API server
// stores ever being made. They must say the same as that spec.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ObjectHistories } from '../../src/apiserver/object-history.js';
import { ObjectMentions } from '../../src/cluster/object-mentions.js';
import { ObjectRegistry } from '../../src/cluster/object-registry.js';
import { admittedSpec } from '../../src/cluster/pod-admission.js';
import { podFigures } from '../../src/cluster/pod-figures.js';
import { PodModels } from '../../src/cluster/pod-models.js';
import { TOKEN_MOUNT_PATH } from '../../src/kubernetes/admission.js';
import type { Container, PodSpec, Volume, Workload } from '../../src/kubernetes/objects.js';
import { configMapNames, secretNames } from '../../src/kubernetes/references.js';
import { container, variant, workload } from '../support/plans.js';

const test = suite('pod models');
const { cluster } = variant({});

const VOLUMES: readonly Volume[] = [
	{ name: 'a', secret: { secretName: 'one', defaultMode: 0o644 } },
	{ name: 'b', configMap: { name: 'one', defaultMode: 0o644 } },
	{ name: 'c', projected: { defaultMode: 0o644, sources: [{ secret: { name: 'two' } }, { serviceAccountToken: { path: 't' } }] } },
	{ name: 'd', downwardAPI: { defaultMode: 0o644, items: [] } },
	{ name: 'e', other: 'emptyDir' },
	{ name: 'kube-api-access-own', projected: { defaultMode: 0o644, sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } },
];

const mount = fc.record({
	name: fc.constantFrom(...VOLUMES.map(({ name }) => name)),
	mountPath: fc.constantFrom('/x', '/y', TOKEN_MOUNT_PATH),
	subPath: fc.constantFrom('', 'key'),
});
const anyContainer = fc
	.record({ volumeMounts: fc.array(mount, { maxLength: 3 }), runAsUser: fc.constantFrom(1, 2), secret: fc.constantFrom('', 'one', 'env') })
	.map(
		({ volumeMounts, runAsUser, secret }): Container =>
			container([], { volumeMounts, runAsUser, envFrom: secret === '' ? [] : [{ secretRef: { name: secret } }] }),
	);
const anyWorkload = fc
	.record({
		volumes: fc.subarray([...VOLUMES]),
		initContainers: fc.array(anyContainer, { maxLength: 2 }),
		containers: fc.array(anyContainer, { minLength: 1, maxLength: 2 }),
		automountServiceAccountToken: fc.constantFrom(true, false),
		imagePullSecrets: fc.subarray(['pull', 'one']),
	})
	.map(({ volumes, ...fields }): Workload => workload('app', 2, volumes, fields));

function mountsWhole({ volumeMounts }: Container, name: string): boolean {
	return volumeMounts.some((one) => one.name === name && (one.subPath ?? '') === '');
}

/** What the stored spec says of the containers: which of the given volumes each mounts whole. */
function directories({ initContainers, containers }: PodSpec, volumes: readonly string[]): number[][] {
	return [...initContainers, ...containers].map(({ volumeMounts }) =>
		volumeMounts.filter((one) => (one.subPath ?? '') === '' && volumes.includes(one.name)).map((one) => volumes.indexOf(one.name)),
	);
}

test('say what the spec says that the API server stores', () => {
	fc.assert(
		fc.property(anyWorkload, (app) => {
			const registry = new ObjectRegistry(new ObjectHistories());
			const mentions = new ObjectMentions(registry);
			// Those of another workload lie before them.
			mentions.add(workload('other', 1, VOLUMES));
			const model = new PodModels(cluster, registry, mentions).of(app, mentions.add(app));
			const { spec, injectedVolume } = admittedSpec(app, cluster);
			const all = [...spec.initContainers, ...spec.containers];
			const refreshed = spec.volumes.filter(
				({ name, other }) => other === undefined && all.some(({ volumeMounts }) => volumeMounts.some((one) => one.name === name)),
			);
			const names = refreshed.map(({ name }) => name);
			assert.equal(
				model.volumes.map(({ name, injected, seenWhole, spec: source }) => ({ name, injected, seenWhole, source })),
				refreshed.map((source) => ({
					name: source.name,
					injected: source.name === injectedVolume,
					seenWhole: all.some((one) => mountsWhole(one, source.name)),
					source,
				})),
			);
			assert.equal(
				model.containers.map((one) => one.directories),
				directories(spec, names),
			);
			const numbers = (kind: 'Secret' | 'ConfigMap'): number[] =>
				[...new Set(kind === 'Secret' ? secretNames(spec) : configMapNames(spec))].map((name) => registry.number(kind, 'default', name));
			assert.equal(model.secrets, numbers('Secret'));
			assert.equal(model.configMaps, numbers('ConfigMap'));
			assert.equal(
				model.pullSecrets.map(({ name }) => name),
				spec.imagePullSecrets,
			);
			const figures = podFigures(app, cluster);
			const seen = refreshed.filter(({ name }) => name !== injectedVolume && all.some((one) => mountsWhole(one, name)));
			assert.is(figures.volumes, seen.length);
			assert.is(figures.injectedVolumes, injectedVolume === undefined ? 0 : 1);
		}),
		{ seed: 1, numRuns: 300 },
	);
});

test('of one namespace share the payloads of the added volume where they run as the same user', () => {
	const registry = new ObjectRegistry(new ObjectHistories());
	const mentions = new ObjectMentions(registry);
	const models = new PodModels(cluster, registry, mentions);
	const added = (name: string, runAsUser: number): unknown => {
		const app = workload(name, 1, [], { automountServiceAccountToken: true, containers: [container([], { runAsUser })] });
		return models.of(app, mentions.add(app)).volumes[0]?.payloads;
	};
	assert.is(added('a', 1), added('b', 1));
	assert.is.not(added('a', 1), added('b', 2));
});

test.run();
