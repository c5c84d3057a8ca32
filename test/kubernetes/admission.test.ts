import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { streamKey } from '../../src/core/random.js';
import { admitPod, TOKEN_MOUNT_PATH } from '../../src/kubernetes/admission.js';
import type { Container, PodSpec } from '../../src/kubernetes/objects.js';
import { configMapNames, secretNames } from '../../src/kubernetes/references.js';

const test = suite('ServiceAccount admission');
const key = streamKey(1, 'test');

function container(name: string, mountPaths: readonly string[] = []): Container {
	return { name, image: 'i', env: [], envFrom: [], volumeMounts: mountPaths.map((mountPath) => ({ name: 'own', mountPath })) };
}

function podSpec(parts: Partial<PodSpec> = {}): PodSpec {
	return {
		serviceAccountName: 'default',
		automountServiceAccountToken: undefined,
		nodeName: undefined,
		nodeSelector: {},
		hostNetwork: false,
		imagePullSecrets: [],
		volumes: [],
		initContainers: [],
		containers: [container('main')],
		ephemeralContainers: [],
		fsGroup: undefined,
		runAsUser: undefined,
		terminationGracePeriodSeconds: 30,
		...parts,
	};
}

test('adds the recorded volume and mounts it in every container and init container', () => {
	const spec = podSpec({ initContainers: [container('init')], ephemeralContainers: [container('eph')] });
	const { spec: admitted, injectedVolume } = admitPod(spec, undefined, key);
	assert.match(injectedVolume as string, /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
	assert.equal(admitted.volumes, [
		{
			name: injectedVolume,
			projected: {
				defaultMode: 0o644,
				sources: [
					{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
					{ configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
					{ downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
				],
			},
		},
	]);
	const mount = { name: injectedVolume, mountPath: TOKEN_MOUNT_PATH, readOnly: true };
	assert.equal(admitted.containers[0]?.volumeMounts, [mount]);
	assert.equal(admitted.initContainers[0]?.volumeMounts, [mount]);
	assert.equal(admitted.ephemeralContainers[0]?.volumeMounts, []);
	assert.equal(configMapNames(admitted), ['kube-root-ca.crt']);
	assert.equal(secretNames(admitted), []);
	assert.equal(spec.volumes, []);
});

test('the suffix depends on the key alone', () => {
	const name = (...parts: string[]) => admitPod(podSpec(), undefined, streamKey(1, ...parts)).injectedVolume;
	assert.is(name('a'), name('a'));
	assert.is.not(name('a'), name('b'));
});

test('the field of the pod wins over that of the account', () => {
	const account = (automountServiceAccountToken: boolean | undefined) => ({ automountServiceAccountToken, imagePullSecrets: [] });
	const injected = (pod: boolean | undefined, own: boolean | undefined) =>
		admitPod(podSpec({ automountServiceAccountToken: pod }), account(own), key).injectedVolume !== undefined;
	assert.is(injected(undefined, undefined), true);
	assert.is(injected(undefined, false), false);
	assert.is(injected(true, false), true);
	assert.is(injected(false, true), false);
	assert.is(injected(false, undefined), false);
});

test('a container with a mount of its own there is left alone; when all have one no volume is added', () => {
	const mixed = podSpec({ containers: [container('a', [TOKEN_MOUNT_PATH]), container('b')] });
	const admitted = admitPod(mixed, undefined, key);
	assert.is(admitted.spec.containers[0]?.volumeMounts[0]?.name, 'own');
	assert.is(admitted.spec.containers[1]?.volumeMounts[0]?.name, admitted.injectedVolume);
	const all = podSpec({ containers: [container('a', [TOKEN_MOUNT_PATH])] });
	assert.equal(admitPod(all, undefined, key), { spec: all, injectedVolume: undefined });
});

test('a kube-api-access volume that the pod brings is mounted and kept', () => {
	const spec = podSpec({ volumes: [{ name: 'kube-api-access-abcde', other: 'emptyDir' }] });
	const admitted = admitPod(spec, undefined, key);
	assert.is(admitted.injectedVolume, undefined);
	assert.equal(admitted.spec.volumes, spec.volumes);
	assert.is(admitted.spec.containers[0]?.volumeMounts[0]?.name, 'kube-api-access-abcde');
});

test('pull secrets of the account are copied when the pod has none', () => {
	const account = { automountServiceAccountToken: false, imagePullSecrets: ['a', 'b'] };
	assert.equal(admitPod(podSpec(), account, key).spec.imagePullSecrets, ['a', 'b']);
	const own = podSpec({ imagePullSecrets: ['own'] });
	assert.equal(admitPod(own, account, key).spec.imagePullSecrets, ['own']);
	assert.equal(secretNames(admitPod(podSpec(), { ...account, imagePullSecrets: ['a', '', 'a'] }, key).spec), ['a', 'a']);
});

test.run();
