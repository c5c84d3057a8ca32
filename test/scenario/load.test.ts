import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan, VariantPlan } from '../../src/cluster/plan.js';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { simulate, summarise } from '../../src/index.js';
import { InputError } from '../../src/scenario/input-error.js';
import { filesInMemory } from '../../src/scenario/input-files.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { PlanOptions } from '../../src/scenario/plan-builder.js';

const test = suite('load a scenario');

const HEAD = 'apiVersion: secretsim/v1\nkind: Scenario\nmetadata: { name: demo }\n';
const DB = 'apiVersion: v1\nkind: Secret\nmetadata: { name: db }\nstringData: { password: first, user: shop }\n';
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      serviceAccountName: robot
      containers: [{ name: main, image: web, volumeMounts: [{ name: db, mountPath: /db }] }]
      volumes: [{ name: db, secret: { secretName: db, defaultMode: 0440 } }]
`;

function load(text: string, files: Record<string, string> = {}, options: PlanOptions = {}): Promise<Plan> {
	return loadScenario('dir/s.yaml', options, filesInMemory({ 'dir/s.yaml': HEAD + text, ...files }));
}

async function problemsOf(plan: Promise<Plan>): Promise<string[]> {
	try {
		await plan;
	} catch (error) {
		if (error instanceof InputError) return error.problems.map((problem) => `${problem.file}:${problem.line} ${problem.message}`);
		throw error;
	}
	throw new Error('it was accepted');
}

function only(plan: Plan): VariantPlan {
	assert.is(plan.variants.length, 1);
	return plan.variants[0] as VariantPlan;
}

test('what is left out has the documented defaults', async () => {
	const plan = await load('');
	const variant = only(plan);
	assert.is(plan.seed, 1);
	assert.is(plan.replications, 20);
	assert.is(variant.name, 'Watch');
	assert.is(variant.kubernetes, '1.36');
	assert.is(variant.duration, 30 * MINUTE);
	assert.is(variant.drain, null);
	assert.is(variant.coldStart, false);
	assert.is(variant.cluster.nodes, 1);
	assert.is(variant.cluster.kubelet.syncFrequency, MINUTE);
	assert.is(variant.cluster.kubelet.kubeAPIQPS, 50);
	assert.is(variant.cluster.kubelet.allocatableMemoryBytes, 8 * 2 ** 30);
	assert.equal(variant.cluster.network.watchLatency, { min: 5_000, max: 20_000 });
	assert.equal(variant.cluster.timing.kubeletRestart, { min: 1_050_000, max: 1_150_000 });
	assert.is(variant.warmUp, 91 * SECOND, '1.5 S + 1 s');
});

test('kubeAPIQPS and kubeAPIBurst follow the release', async () => {
	const { kubelet } = only(await load('kubernetes: "1.26"\n')).cluster;
	assert.equal([kubelet.kubeAPIQPS, kubelet.kubeAPIBurst], [5, 10]);
});

test('the warm-up of Cache includes the TTL of a cluster of this size, and is the same for every variant', async () => {
	const matrix = 'matrix: { cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Cache] }\n';
	const plan = await load(`cluster: { nodes: 600 }\n${matrix}`);
	assert.equal(
		plan.variants.map((variant) => variant.warmUp),
		[121 * SECOND, 121 * SECOND],
	);
	const shrunk = await load(`cluster: { nodes: 1900, previousNodes: 2100 }\n${matrix}`);
	assert.is(shrunk.variants[0]?.warmUp, 391 * SECOND);
});

test('manifests are read with octal modes, folders are sorted, other kinds are warnings', async () => {
	const plan = await load('manifests: [app]\n', {
		'dir/app/b/web.yml': WEB,
		'dir/app/a.yaml': `${DB}---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\n`,
		'dir/app/account.json':
			'{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"},"automountServiceAccountToken":false,"imagePullSecrets":[{"name":"pull"}]}',
		'dir/app/notes.txt': 'not a manifest',
	});
	const variant = only(plan);
	assert.is(variant.objects[0]?.name, 'db');
	assert.is(variant.workloads[0]?.template.spec.volumes[0]?.secret?.defaultMode, 0o440);
	assert.equal(variant.workloads[0]?.template.spec.imagePullSecrets, ['pull']);
	assert.equal(variant.cluster.accountsWithoutToken, ['default/robot']);
	assert.ok(
		plan.warnings.some((warning) => warning.includes('Service web is skipped')),
		plan.warnings.join('\n'),
	);
});

test('a kustomize folder means the files that its resources list', async () => {
	const plan = await load('manifests: [app]\n', {
		'dir/app/kustomization.yaml': 'resources: [../base, db.yaml]\nimages: [{ name: web, newTag: "2" }]\n',
		'dir/app/db.yaml': DB,
		'dir/app/not-listed.yaml': DB,
		'dir/base/kustomization.yaml': 'resources: [web.yaml]\n',
		'dir/base/web.yaml': WEB,
	});
	assert.equal([only(plan).objects.length, only(plan).workloads.length], [1, 1]);
});

test('kustomize folders that name each other are told so', async () => {
	const problems = await problemsOf(
		load('manifests: [a]\n', { 'dir/a/kustomization.yaml': 'resources: [../b]\n', 'dir/b/kustomization.yaml': 'resources: [../a]\n' }),
	);
	assert.match(problems.join('\n'), 'dir/b/kustomization.yaml:1 dir/a/kustomization.yaml names itself');
});

test('lists are taken apart', async () => {
	const plan = await load('manifests: [list.json]\n', {
		'dir/list.json': JSON.stringify({
			apiVersion: 'v1',
			kind: 'List',
			items: ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: name } })),
		}),
	});
	assert.equal(
		only(plan).objects.map((object) => object.name),
		['a', 'b'],
	);
});

test('a KubeletConfiguration can be a file; its other fields are warnings; settings go into it', async () => {
	const kubelet =
		'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nsyncFrequency: 10s\nmaxPods: 110\nclusterDNS: [10.0.0.10]\n';
	const options = { set: ['cluster.kubelet.configMapAndSecretChangeDetectionStrategy=Get'] };
	const plan = await load('cluster: { kubelet: kubelet.yaml }\n', { 'dir/kubelet.yaml': kubelet }, options);
	const { cluster, name } = only(plan);
	assert.is(cluster.kubelet.syncFrequency, 10 * SECOND);
	assert.is(name, 'Get');
	assert.equal(
		plan.warnings.filter((warning) => warning.startsWith('KubeletConfiguration')),
		[
			'KubeletConfiguration: maxPods plays no role here and is ignored.',
			'KubeletConfiguration: clusterDNS plays no role here and is ignored.',
		],
	);
});

test('the matrix is the product of its axes, with readable names', async () => {
	const plan = await load(
		'cluster: { nodes: 2 }\nmatrix:\n  cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Get]\n  cluster.kubelet.syncFrequency: [10s, 1m]\n  cluster.nodes: [5]\n',
	);
	assert.equal(
		plan.variants.map((variant) => variant.name),
		['Watch, syncFrequency=10s', 'Watch, syncFrequency=1m', 'Get, syncFrequency=10s', 'Get, syncFrequency=1m'],
	);
	assert.equal(plan.variants[1]?.settings, {
		'cluster.kubelet.configMapAndSecretChangeDetectionStrategy': 'Watch',
		'cluster.kubelet.syncFrequency': '1m',
		'cluster.nodes': 5,
	});
	assert.equal(
		plan.variants.map((variant) => variant.cluster.nodes),
		[5, 5, 5, 5],
	);
});

test('a setting of the command line takes its axis out of the matrix', async () => {
	const plan = await load(
		'matrix: { cluster.nodes: [1, 2], cluster.kubelet.syncFrequency: [10s, 20s] }\n',
		{},
		{ set: ['cluster.nodes=7'] },
	);
	assert.equal(
		plan.variants.map((variant) => `${variant.name} ${variant.cluster.nodes}`),
		['syncFrequency=10s 7', 'syncFrequency=20s 7'],
	);
});

test('settings: YAML values, null for the default, versions without quotes', async () => {
	const options = {
		seed: 9,
		replications: 3,
		set: ['duration=null', 'kubernetes=1.30', 'cluster.nodeLabels["a.b/c"]=x=y', 'cluster.kubelet={syncFrequency: 5s}'],
	};
	const plan = await load('duration: 99m\n', {}, options);
	const variant = only(plan);
	assert.equal([plan.seed, plan.replications, variant.duration, variant.kubernetes], [9, 3, 30 * MINUTE, '1.30']);
	assert.equal(variant.cluster.nodeLabels, { 'a.b/c': 'x=y' });
	assert.is(variant.cluster.kubelet.syncFrequency, 5 * SECOND);
});

test('actions: schedules, targets and values', async () => {
	const plan = await load(
		`manifests: [db.yaml, web.yaml]
cluster: { nodes: 3 }
actions:
  - { every: 5m, from: 5m, patch: Secret/default/db, stringData: { password: "pre-{{ random 16 }}-{{ ordinal }}", user: bob }, data: { user: YWRh, gone: null } }
  - { id: nudge, at: 7m, annotate: Deployment/default/web, share: 12.5%, stagger: 10s, selector: "app=web" }
  - { at: 8m, restartKubelet: [node-1, node-3] }
  - { at: 9m, removeNodes: 1 }
  - { at: 10m, recreate: Secret/default/db, immutable: true }
  - { at: 11m, delete: Pod/default/web-2 }
`,
		{ 'dir/db.yaml': DB, 'dir/web.yaml': WEB },
	);
	const [patch, nudge, restart, remove, recreate, deletion] = only(plan).actions;
	assert.equal(patch?.schedule, {
		kind: 'every',
		period: 5 * MINUTE,
		from: 5 * MINUTE,
		until: 30 * MINUTE - 75.5 * SECOND,
		times: null,
		jitter: 75.5 * SECOND,
	});
	assert.is(patch?.id, 'action-1');
	assert.is(patch?.source, 'dir/s.yaml:7:5');
	if (patch?.effect.kind !== 'patch') throw new Error('no patch');
	assert.equal(
		patch.effect.data['password']?.map((part) => part.kind),
		['literal', 'random', 'literal', 'ordinal'],
	);
	assert.is(
		patch.effect.data['user']?.[0]?.kind === 'literal' && patch.effect.data['user'][0].content.length,
		3,
		'stringData wins over data',
	);
	assert.is(patch.effect.data['gone'], null);
	assert.equal(nudge?.effect, {
		kind: 'annotate',
		target: {
			namespace: 'default',
			name: 'web',
			workloadKind: 'Deployment',
			matchLabels: { app: 'web' },
			sharePpm: 125_000,
			stagger: 10 * SECOND,
		},
	});
	assert.equal(restart?.effect, { kind: 'restartKubelet', target: { names: ['node-1', 'node-3'], sharePpm: 1_000_000, stagger: 0 } });
	assert.equal(remove?.effect, { kind: 'removeNodes', count: 1, names: [] });
	assert.equal(recreate?.effect, {
		kind: 'recreate',
		objectKind: 'Secret',
		namespace: 'default',
		name: 'db',
		gap: SECOND,
		data: {},
		immutable: true,
	});
	assert.is(deletion?.effect.kind === 'deletePods' && deletion.effect.target.workloadKind, 'Pod');
});

test('what the API server will refuse at run time is a warning, because it can be the point', async () => {
	const plan = await load('manifests: [db.yaml]\nactions:\n  - { at: 5m, patch: Secret/default/db, stringData: { password: x } }\n', {
		'dir/db.yaml': `${DB}immutable: true\n`,
	});
	assert.match(
		plan.warnings.join('\n'),
		'the API server will refuse action-1: Secret "db" is invalid: data: Forbidden: field is immutable when `immutable` is set',
	);
});

test('a pod that needs an object which nobody provides is a warning', async () => {
	const plan = await load('manifests: [web.yaml]\n', { 'dir/web.yaml': WEB });
	assert.equal(plan.warnings, [
		'Deployment/default/web needs Secret/default/db, which no manifest defines: its pods cannot start and nothing creates it.',
	]);
});

test('a key that resembles an existing one is a warning', async () => {
	const plan = await load('manifests: [db.yaml]\nactions: [{ at: 5m, patch: Secret/default/db, stringData: { pasword: x } }]\n', {
		'dir/db.yaml': DB,
	});
	assert.equal(plan.warnings, ['dir/s.yaml:5:11: action-1 adds the key "pasword" to Secret/default/db; did you mean "password"?']);
});

test('apply adds workloads and leaves unchanged ones alone', async () => {
	const files = { 'dir/web.yaml': WEB, 'dir/more.yaml': `${WEB}---\n${WEB.replaceAll('name: web', 'name: api')}` };
	const plan = await load(
		'manifests: [web.yaml]\nactions: [{ at: 5m, apply: more.yaml }, { at: 6m, annotate: Deployment/default/api }]\n',
		files,
	);
	const [apply] = only(plan).actions;
	assert.equal(apply?.effect.kind === 'apply' && apply.effect.workloads.map((workload) => workload.name), ['api']);
});

test('expectations are in the unit of their metric', async () => {
	const plan = await load(
		'expect:\n  - { metric: propagation.delaySeconds.p99, max: 1m32s }\n  - { metric: apiserver.requests.GET.secrets.rv=0.perSecond, min: 0.5, max: 2 }\n',
	);
	assert.equal(plan.expectations, [
		{ metric: 'propagation.delaySeconds.p99', variant: null, min: null, max: 92, text: '<= 1m32s' },
		{ metric: 'apiserver.requests.GET.secrets.rv=0.perSecond', variant: null, min: 0.5, max: 2, text: '>= 0.5 and <= 2' },
	]);
});

test('an expectation of one replication divides totals, and only totals', async () => {
	const plan = await load('replications: 4\nexpect:\n  - { metric: kubelet.syncs, per: replication, min: 1 }\n');
	assert.equal(plan.expectations, [
		{ metric: 'kubelet.syncs', variant: null, per: 'replication', min: 1, max: null, text: '>= 1 per replication' },
	]);
	const { expectations, variants } = summarise(simulate(plan));
	assert.is(expectations[0]?.value, (variants[0]?.kubelet.syncs ?? Number.NaN) / 4);
	for (const metric of ['propagation.delaySeconds.p99', 'apiserver.requests.GET.perSecond', 'nodes']) {
		const problems = await problemsOf(load(`expect:\n  - { metric: ${metric}, per: replication, min: 1 }\n`));
		assert.equal(problems, [`dir/s.yaml:5 expect[0]: ${metric} is not added up over replications`]);
	}
	for (const metric of [
		'propagation.outcomes.shown',
		'kubelet.events.FailedMount.count',
		'apiserver.requests.GET.count',
		'byWorkload["Deployment/default/web"].outcomes.shown',
	]) {
		assert.is((await load(`expect:\n  - { metric: '${metric}', per: replication, min: 1 }\n`)).expectations.length, 1);
	}
});

test('mistakes of the scenario and of its manifests are told together', async () => {
	const problems = await problemsOf(
		load('sede: 1\nmanifests: [db.yaml]\n', { 'dir/db.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {}\n' }),
	);
	assert.is(problems.length, 2, problems.join('\n'));
});

test('a misspelt field that is required is told with what was meant', async () => {
	const web = WEB.replace('{ secretName: db,', '{ secretname: db,');
	try {
		await load('manifests: [web.yaml]\n', { 'dir/web.yaml': web });
	} catch (error) {
		assert.match((error as Error).message, /secretName: Required value/);
		assert.match((error as Error).message, /did you mean secretName instead of secretname\?/);
		return;
	}
	throw new Error('it was accepted');
});

test('what the API server warns of when it accepts an object is a warning', async () => {
	const pair =
		'apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata: { name: pair }\nstringData: { tls.crt: not, tls.key: any }\n';
	const { warnings } = await load('manifests: [pair.yaml]\n', { 'dir/pair.yaml': pair });
	assert.ok(
		warnings.some((warning) =>
			/^dir\/pair\.yaml:\d+:\d+: Secret\/default\/pair: tls: failed to find any PEM data in certificate input$/.test(warning),
		),
		warnings.join('\n'),
	);
	const none = await load('manifests: [db.yaml]\n', { 'dir/db.yaml': DB });
	assert.not.ok(none.warnings.some((warning) => warning.includes('tls:')));
});

test('the digest names what is simulated, not where it was read', async () => {
	const text = 'manifests: [db.yaml]\nactions: [{ at: 5m, patch: Secret/default/db, stringData: { password: x } }]\n';
	const files = { 'dir/db.yaml': DB };
	const first = await load(text, files);
	const again = await load(text, files);
	const moved = await loadScenario('s.yaml', {}, filesInMemory({ 's.yaml': `${HEAD}# moved\n${text}`, 'db.yaml': DB }));
	const changed = await load(text, { 'dir/db.yaml': DB.replace('first', 'another') });
	assert.is(first.digest, again.digest);
	assert.is(first.digest, moved.digest);
	assert.is.not(first.digest, changed.digest);
});

test.run();
