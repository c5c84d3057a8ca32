// Runs webernetes (a partial port of the kubelet to TypeScript, npm package @ngrok/webernetes) on the part of the fleet's work that it
// has: pods on nodes that its kubelets sync every 60 to 90 s, for some virtual time, with its own clock stepped. It keeps Secrets and
// volumes out, so it does less per sync than the fleet workload asks for; its probes, status and container loops do more.
// Bundled and run by `npm run bench -- --peers --webernetes DIR`; prints one JSON object.

import { setImmediate } from 'node:timers/promises';
import { BaseImage, Cluster } from '@ngrok/webernetes';

const NODES = 3;
const PODS_PER_NODE = 30;
const VIRTUAL_SECONDS = 600;
const STEP_MS = 100;
const START_LIMIT_MS = 60_000;

class Application extends BaseImage {
	static imageName = 'app';
	static imageVersion = '1.0';
	defaultCommand = ['server'];

	async exec(context, argv) {
		return argv[0] === 'server' ? await context.waitUntilKilled() : await super.exec(context, argv);
	}
}

const cluster = new Cluster({ nodes: NODES });
cluster.registerImage(Application);
await cluster.init();
await cluster.apply(
	Array.from({ length: NODES * PODS_PER_NODE }, (_, i) => ({
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: { name: `pod-${i}` },
		spec: { nodeName: `node-${1 + (i % NODES)}`, containers: [{ name: 'main', image: 'app:1.0' }] },
	})),
);

async function running() {
	const { items } = await cluster.api.corev1.listNamespacedPod({ namespace: 'default' });
	return items.filter((pod) => pod.status?.phase === 'Running').length;
}

for (const until = Date.now() + START_LIMIT_MS; (await running()) < NODES * PODS_PER_NODE; ) {
	if (Date.now() > until) throw new Error(`only ${await running()} pods run`);
	await new Promise((resolve) => setTimeout(resolve, 100));
}

let syncs = 0;
for (const { kubelet } of cluster.servers) {
	const sync = kubelet.syncPod.bind(kubelet);
	kubelet.podWorkers.podSyncer = new Proxy(kubelet.podWorkers.podSyncer, {
		get(target, name) {
			const value = Reflect.get(target, name);
			if (name !== 'syncPod') return typeof value === 'function' ? value.bind(target) : value;
			return (...args) => {
				syncs++;
				return sync(...args);
			};
		},
	});
}

cluster.clock.pause();
const cpu = process.cpuUsage();
for (let now = 0; now < VIRTUAL_SECONDS * 1000; now += STEP_MS) {
	cluster.clock.step(STEP_MS);
	// Promises that the step settled run before the next one.
	await setImmediate();
}
const { user, system } = process.cpuUsage(cpu);
const cpuSeconds = (user + system) / 1e6;
if (syncs === 0) throw new Error('no pod was synced');
process.stdout.write(
	JSON.stringify({ pods: await running(), virtualSeconds: VIRTUAL_SECONDS, syncs, cpuSeconds, peakMiB: process.resourceUsage().maxRSS / 1024 }),
);
process.exit(0);
