// The pods of the second set of recordings. They have no `manifest` fields: these are the pods that the recorder makes
// (test/recordings/recorder/e2e/lab2.go), by the part of their name that follows the node's.

/** Parts of a pod beside its name. */
interface PodParts {
	readonly volumes?: readonly object[];
	readonly mounts?: readonly object[];
	readonly env?: readonly object[];
	readonly envFrom?: readonly object[];
	readonly container?: object;
	readonly spec?: object;
}

/** A pod of one container `main` as `pod` in env.go makes it. */
function podOf(name: string, { volumes = [], mounts = [], env = [], envFrom = [], container = {}, spec = {} }: PodParts): unknown {
	const main = {
		name: 'main',
		image: 'example.invalid/app:1',
		imagePullPolicy: 'IfNotPresent',
		env,
		envFrom,
		volumeMounts: mounts,
		...container,
	};
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: { name },
		spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 2, containers: [main], volumes, ...spec },
	};
}

function secretVolume(secretName: string, more: object = {}): object {
	return { name: 'v', secret: { secretName, ...more } };
}

/** Mounted whole, read-only, below `/mnt`. */
function whole(...names: readonly string[]): object[] {
	return names.map((name) => ({ name, mountPath: `/mnt/${name}`, readOnly: true }));
}

function fromKey(name: string, secret: string, key: string, optional?: boolean): object {
	return { name, valueFrom: { secretKeyRef: { name: secret, key, ...(optional === undefined ? {} : { optional }) } } };
}

const SUB = { name: 'v', mountPath: '/sub', subPath: 'k' } as const;

/** F4 (a) to (c): runSubPath. */
export function subPathPod(node: string, pod: string): unknown {
	const secret = `${pod}-s`;
	const common = { volumes: [secretVolume(secret)], mounts: [...whole('v'), SUB] };
	const modes = { defaultMode: 0o400 };
	switch (pod.slice(node.length + 1)) {
		case 'up':
		case 'key':
		case 'del':
		case 'nokey':
			return podOf(pod, common);
		case 'opt':
			return podOf(pod, { ...common, volumes: [secretVolume(secret, { optional: true })] });
		case 'expr':
			return podOf(pod, {
				volumes: common.volumes,
				env: [{ name: 'KEYNAME', value: 'k' }, fromKey('WHICH', secret, 'which')],
				mounts: [
					...whole('v'),
					{ name: 'v', mountPath: '/sub', subPathExpr: '$(KEYNAME)' },
					{ name: 'v', mountPath: '/which', subPathExpr: '$(WHICH)' },
				],
			});
		case 'proj':
			return podOf(pod, {
				volumes: [
					{ name: 'v', projected: { sources: [{ secret: { name: secret } }] } },
					{ name: 'c', configMap: { name: secret } },
				],
				mounts: [...whole('v', 'c'), SUB, { name: 'c', mountPath: '/csub', subPath: 'k' }],
			});
		case 'mode':
			return podOf(pod, { volumes: [secretVolume(`${node}-mode-s`, modes)], mounts: whole('v') });
		case 'fsg':
			return podOf(pod, {
				volumes: [secretVolume(`${node}-mode-s`, modes)],
				mounts: whole('v'),
				spec: { securityContext: { fsGroup: 2000 } },
			});
		case 'lim':
			return podOf(pod, {
				volumes: [secretVolume(`${node}-mode-s`)],
				mounts: whole('v'),
				container: { resources: { limits: { memory: '64Mi' } } },
			});
		case 'env':
			return environmentPod(node, pod);
		default:
			throw new Error(`the recorder makes no pod ${pod}`);
	}
}

function environmentPod(node: string, pod: string): unknown {
	const [secret, none] = [`${pod}-s`, `${node}-none`];
	return podOf(pod, {
		envFrom: [
			{ secretRef: { name: secret } },
			{ prefix: 'P_', secretRef: { name: secret } },
			{ prefix: 'M_', secretRef: { name: none, optional: true } },
		],
		env: [
			fromKey('K', secret, 'k'),
			fromKey('NOKEY', secret, 'zz', true),
			fromKey('NOSECRET', none, 'k', true),
			{ name: 'OK', value: 'overridden' },
			{ name: 'REF', value: 'x$(K)y$(k)' },
		],
	});
}

/** F4 (d): runRace and runPull. */
export function racePod(pod: string, pullsAlways: boolean): unknown {
	const secret = `${pod}-s`;
	return podOf(pod, {
		volumes: [secretVolume(secret)],
		mounts: [...whole('v'), SUB],
		env: [fromKey('K', secret, 'k')],
		container: pullsAlways ? { imagePullPolicy: 'Always' } : {},
	});
}

/** F5: runEvents. */
export function eventsPod(node: string, pod: string): unknown {
	const items = {
		items: [
			{ key: 'k1', path: 'k1' },
			{ key: 'k2', path: 'k2' },
		],
	};
	const volume = (name: string, more: object = {}): unknown =>
		podOf(pod, { volumes: [secretVolume(`${node}-${name}`, more)], mounts: whole('v') });
	const key = (name: string): unknown => podOf(pod, { env: [fromKey('E', `${node}-${name}`, 'k2')] });
	const pull = (name: string): unknown => podOf(pod, { spec: { imagePullSecrets: [{ name: `${node}-${name}` }] } });
	switch (pod.slice(node.length + 1)) {
		case 'vol':
			return volume('nope');
		case 'items':
			return volume('k1', items);
		case 'envkey':
			return key('k1');
		case 'envsecret':
			return key('nope2');
		case 'envfrom':
			return podOf(pod, { envFrom: [{ secretRef: { name: `${node}-nope4` } }] });
		case 'pull':
			return pull('nope3');
		case 'r-vol':
			return volume('r-del');
		case 'r-items':
			return volume('r-key', items);
		case 'r-envkey':
			return key('r-env');
		case 'r-envsecret':
			return key('r-ene');
		case 'r-pull':
			return pull('r-pull');
		default:
			throw new Error(`the recorder makes no pod ${pod}`);
	}
}

/** F6 and F7: pod `...-pNN` mounts the Secret `...-sNN`. */
export function numberedPod(pod: string): unknown {
	return podOf(pod, { volumes: [secretVolume(pod.replace(/-p(\d+)$/, '-s$1'))], mounts: whole('v') });
}
