// Laws of loading: whatever a scenario says, a load gives a plan or an InputError and nothing else; a plan can be cloned, is
// frozen, has the same digest twice; and no value of a Secret leaves the loader, neither in a plan nor in a message.

import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../src/cluster/plan.js';
import { InputError } from '../../src/scenario/input-error.js';
import { filesInMemory } from '../../src/scenario/input-files.js';
import { loadScenario } from '../../src/scenario/load.js';

const test = suite('laws of loading');
const CANARY = 'c4n4ry-Zm9vYmFyYmF6cXV4-9f8e7d6c';
const CANARY_BASE64 = Buffer.from(CANARY).toString('base64');

const WEB = {
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: { name: 'web' },
	spec: {
		replicas: 2,
		selector: { matchLabels: { app: 'web' } },
		template: {
			metadata: { labels: { app: 'web' } },
			spec: {
				containers: [{ name: 'main', image: 'web', volumeMounts: [{ name: 'db', mountPath: '/db' }] }],
				volumes: [{ name: 'db', secret: { secretName: 'db' } }],
			},
		},
	},
};

const DB = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { password: CANARY }, data: { user: CANARY_BASE64 } };

interface Outcome {
	readonly plan?: Plan;
	readonly error?: InputError;
}

/** What a load gives; every other exception passes through and fails the property. */
async function outcome(scenario: unknown, manifests: readonly unknown[], set: readonly string[] = []): Promise<Outcome> {
	const files = filesInMemory({
		's.json': JSON.stringify(scenario),
		'm.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
	});
	try {
		return { plan: await loadScenario('s.json', { set }, files) };
	} catch (error) {
		if (error instanceof InputError) return { error };
		throw error;
	}
}

function assertNoCanary(text: string): void {
	for (const secret of [CANARY, CANARY_BASE64]) assert.not.ok(text.includes(secret), 'a value of a Secret has left the loader');
}

function assertOutcome({ plan, error }: Outcome): void {
	if (error !== undefined) {
		assertNoCanary(error.message);
		assertNoCanary(JSON.stringify(error.problems));
		assert.ok(error.problems.length > 0);
		for (const problem of error.problems) assert.ok(problem.message !== '' && problem.file !== '');
		return;
	}
	if (plan === undefined) throw new Error('neither a plan nor an error');
	assertNoCanary(JSON.stringify(plan));
	assertFrozen(plan);
	assert.equal(structuredClone(plan), plan);
	assert.equal(JSON.parse(JSON.stringify(plan)), withoutUndefined(plan), 'nothing in a plan is lost in JSON but keys that are not set');
}

function withoutUndefined(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutUndefined);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, inner]) => inner !== undefined)
			.map(([key, inner]) => [key, withoutUndefined(inner)]),
	);
}

function assertFrozen(value: unknown): void {
	if (typeof value !== 'object' || value === null) return;
	assert.ok(Object.isFrozen(value));
	for (const inner of Object.values(value)) assertFrozen(inner);
}

/** Mostly right values, now and then a wrong one, so that plans and errors both come about. */
function mostly(right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
	return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

/** A duration, mostly a right one. */
const duration = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom<unknown>('5m', '90s', '1h', '250ms', '1m30s', '0s', 0) },
	{ weight: 1, arbitrary: fc.constantFrom<unknown>('5', 5, '-1s', '1d', '', null, '10s..20s', '2540400h') },
);
const range = fc.oneof(
	duration,
	fc.tuple(duration, duration).map(([low, high]) => `${String(low)}..${String(high)}`),
);
const text = fc.constantFrom(
	'plain',
	'{{ random 16 }}',
	'a-{{ ordinal }}-b',
	CANARY,
	'{{ nothing }}',
	'{{ random 9999999 }}',
	'{{',
	CANARY_BASE64,
);
const values = fc.dictionary(
	fc.constantFrom('password', 'user', 'bad key', '..', '__proto__', 'toString'),
	fc.oneof(text, fc.constant(null), fc.integer()),
	{ maxKeys: 3 },
);
const target = fc.constantFrom(
	'Secret/default/db',
	'Secret/default/late',
	'ConfigMap/default/conf',
	'Secret/db',
	'Pod',
	'Deployment/default/web',
	'Pod/default/web-0',
	'Node/x/y',
	'',
);

const action = fc
	.record(
		{
			id: fc.constantFrom('a', 'b', 'action-1'),
			at: duration,
			every: duration,
			from: duration,
			until: duration,
			times: fc.integer({ min: -1, max: 4 }),
			jitter: duration,
			selector: fc.constantFrom('app=web', 'app=api', 'app', 'app in (web)'),
			share: fc.constantFrom<unknown>('50%', '0%', 0.5, '100%'),
			stagger: duration,
			stringData: values,
			data: values,
			binaryData: values,
			labels: values,
			immutable: fc.oneof(fc.boolean(), fc.constant('yes')),
			gap: duration,
			ready: fc.boolean(),
			how: fc.constantFrom('crash', 'liveness', 'other'),
			container: fc.constantFrom('main', 'side'),
		},
		{ requiredKeys: [] },
	)
	.chain((fields) =>
		fc
			.tuple(
				fc.constantFrom(
					'create',
					'patch',
					'delete',
					'recreate',
					'annotate',
					'restartContainer',
					'setReady',
					'restartKubelet',
					'addNodes',
					'removeNodes',
					'apply',
					'ptch',
				),
				fc.oneof(target, fc.constantFrom<unknown>('node-1', ['node-2'], 2, 'all', 'm.json', 'none.yaml')),
			)
			.map(([verb, what]) => ({ ...fields, [verb]: what })),
	);

const rightAction = fc.oneof(
	fc.record({
		every: fc.constantFrom('3m', '5m'),
		patch: fc.constant('Secret/default/db'),
		stringData: fc.constant({ password: `${CANARY}-{{ random 8 }}` }),
	}),
	fc.record({ at: fc.constantFrom('10m', '20m'), annotate: fc.constant('Pod'), share: fc.constantFrom('25%', '100%') }),
	fc.record({ at: fc.constantFrom('10m', '20m'), restartKubelet: fc.constantFrom<unknown>('all', 'node-1', ['node-1']) }),
);

const scenario = fc.record(
	{
		apiVersion: mostly(fc.constant('secretsim/v1'), fc.constant('v1')),
		kind: fc.constant('Scenario'),
		metadata: mostly(fc.constant({ name: 'law' }), fc.constantFrom<unknown>({ name: 'Not A Name' }, null)),
		seed: mostly(fc.nat(), fc.oneof(fc.constant(-1), fc.double())),
		replications: mostly(fc.integer({ min: 1, max: 50 }), fc.constant(0)),
		kubernetes: mostly(fc.constantFrom('1.36', '1.26', '1.28.2'), fc.constantFrom<unknown>('1.19', 1.3)),
		duration: mostly(fc.constantFrom('30m', '1h', '2540400h'), duration),
		warmUp: mostly(fc.constantFrom('2m', '0s', 0), duration),
		drain: duration,
		coldStart: mostly(fc.boolean(), fc.constant('no')),
		cluster: fc.record(
			{
				nodes: mostly(fc.integer({ min: 1, max: 300 }), fc.constant(0)),
				nodeLabels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
				kubelet: fc.record(
					{
						syncFrequency: mostly(fc.constantFrom('10s', '1m0s'), duration),
						configMapAndSecretChangeDetectionStrategy: mostly(fc.constantFrom('Watch', 'Cache', 'Get'), fc.constant('Poll')),
						kubeAPIQPS: mostly(fc.integer({ min: 1, max: 99 }), fc.constantFrom<unknown>(0, '5')),
						maxPods: fc.integer(),
					},
					{ requiredKeys: [] },
				),
				network: fc.record(
					{ watchLatency: mostly(fc.constantFrom('5ms', '1ms..2ms', 0), range), requestLatency: fc.constant('0s') },
					{ requiredKeys: [] },
				),
				timing: fc.record(
					{ syncDuration: mostly(fc.constantFrom('1ms', '5ms..6ms'), range), setUp: fc.constant('1ms') },
					{ requiredKeys: [] },
				),
				nodeTTL: mostly(fc.constant('15s'), duration),
				previousNodes: mostly(fc.integer({ min: 1, max: 500 }), fc.constant(0)),
			},
			{ requiredKeys: [] },
		),
		manifests: mostly(fc.constant(['m.json']), fc.constantFrom<unknown>([], ['none'], 'm.json')),
		actions: fc.array(fc.oneof({ weight: 4, arbitrary: rightAction }, { weight: 1, arbitrary: action as fc.Arbitrary<unknown> }), {
			maxLength: 3,
		}),
		matrix: mostly(
			fc.constantFrom<unknown>(
				{},
				{ 'cluster.nodes': [1, 101] },
				{ 'cluster.kubelet.configMapAndSecretChangeDetectionStrategy': ['Watch', 'Get'] },
			),
			fc.dictionary(
				fc.constantFrom('cluster.nodes', 'duration', 'actions[0].every', 'cluster.kublet.x', '', 'seed'),
				fc.array(fc.oneof(fc.constantFrom<unknown>('Watch', '5m'), fc.integer({ min: 1, max: 9 })), { maxLength: 3 }),
				{ maxKeys: 2 },
			),
		),
		expect: fc.array(
			fc.record(
				{
					metric: mostly(fc.constantFrom('propagation.delaySeconds.p99', 'apiserver.requests.GET.perSecond'), fc.constant('nothing')),
					max: fc.double({ noNaN: true, noDefaultInfinity: true }),
				},
				{ requiredKeys: ['metric', 'max'] },
			),
			{ maxLength: 2 },
		),
	},
	{ requiredKeys: ['apiVersion', 'kind', 'metadata', 'manifests'] },
);

const secret = fc
	.record(
		{
			apiVersion: fc.constant('v1'),
			kind: fc.constantFrom('Secret', 'Secret', 'ConfigMap'),
			metadata: fc.record({ name: fc.constantFrom('db', 'conf', 'pull', 'Bad_Name') }),
			type: fc.constantFrom('Opaque', 'kubernetes.io/tls', 'kubernetes.io/dockerconfigjson'),
			stringData: fc.dictionary(
				fc.constantFrom('password', '.dockerconfigjson', 'tls.crt', 'bad key'),
				fc.oneof(fc.constant(CANARY), fc.constant(42)),
				{ maxKeys: 3 },
			),
			data: fc.dictionary(fc.constantFrom('password', 'user'), fc.constantFrom<unknown>(CANARY_BASE64, CANARY, null), { maxKeys: 2 }),
			immutable: fc.oneof(fc.boolean(), fc.constant(CANARY)),
		},
		{ requiredKeys: ['apiVersion', 'kind', 'metadata'] },
	)
	.map((object) => (object.kind === 'Secret' ? object : { ...object, immutable: true }));

test('a load gives a plan or an InputError, and never a value of a Secret', async () => {
	let plans = 0;
	let errors = 0;
	await fc.assert(
		fc.asyncProperty(
			scenario,
			fc.oneof({ weight: 2, arbitrary: fc.constant([DB]) }, { weight: 1, arbitrary: fc.array(secret, { maxLength: 3 }) }),
			async (value, secrets: readonly unknown[]) => {
				const result = await outcome(value, [...secrets, WEB]);
				if (result.plan === undefined) errors++;
				else plans++;
				assertOutcome(result);
			},
		),
		{ seed: 11, numRuns: 600 },
	);
	assert.ok(plans >= 100 && errors >= 100, `${plans} plans, ${errors} errors`);
});

test('a right scenario gives the same plan twice, whatever is in it', async () => {
	const right = fc.record(
		{
			duration: fc.constantFrom('30m', '1h'),
			coldStart: fc.boolean(),
			cluster: fc.record({ nodes: fc.integer({ min: 1, max: 120 }), kubelet: fc.record({ syncFrequency: fc.constantFrom('10s', '1m') }) }),
			actions: fc.array(rightAction, { maxLength: 4 }),
			matrix: fc.constantFrom<unknown>(
				{},
				{ 'cluster.kubelet.configMapAndSecretChangeDetectionStrategy': ['Watch', 'Cache', 'Get'] },
				{ 'cluster.kubelet.kubeAPIQPS': [5, 50], kubernetes: ['1.26', '1.36'] },
			),
		},
		{ requiredKeys: [] },
	);
	await fc.assert(
		fc.asyncProperty(right, async (value) => {
			const whole = { apiVersion: 'secretsim/v1', kind: 'Scenario', metadata: { name: 'law' }, manifests: ['m.json'], ...value };
			const first = await outcome(whole, [DB, WEB]);
			const second = await outcome(whole, [DB, WEB]);
			if (first.error !== undefined) throw first.error;
			assertOutcome(first);
			assert.equal(first.plan, second.plan);
			assert.match(first.plan?.digest as string, /^[0-9a-f]{32}$/);
		}),
		{ seed: 12, numRuns: 150 },
	);
});

test('any text gives a plan or an InputError, broken manifests included', async () => {
	const fragment = fc.constantFrom(
		'apiVersion: v1\n',
		'kind: Secret\n',
		'stringData:\n',
		`  password: ${CANARY}\n`,
		`  "${CANARY}\n`,
		'---\n',
		'- x\n',
		'\t',
		'&a ',
		'*a ',
		'!!b ',
		`*${CANARY}\n`,
		`!${CANARY} x\n`,
		'{',
		'}',
		'[',
		': ',
		'? ',
		'|\n',
		'metadata: { name: db }\n',
	);
	await fc.assert(
		fc.asyncProperty(fc.array(fragment, { maxLength: 12 }), async (parts) => {
			const files = filesInMemory({
				's.yaml': 'apiVersion: secretsim/v1\nkind: Scenario\nmetadata: { name: x }\nmanifests: [m.yaml]\n',
				'm.yaml': parts.join(''),
			});
			try {
				assertOutcome({ plan: await loadScenario('s.yaml', {}, files) });
			} catch (error) {
				if (!(error instanceof InputError)) throw error;
				assertOutcome({ error });
			}
		}),
		{ seed: 13, numRuns: 600 },
	);
});

test('any settings of the command line give a plan or an InputError', async () => {
	const setting = fc.oneof(
		fc
			.tuple(
				fc.constantFrom(
					'seed',
					'cluster.nodes',
					'cluster.kubelet',
					'cluster.kubelet.syncFrequency',
					'metadata',
					'actions',
					'actions[0]',
					'matrix',
					'',
					'a..b',
					'kubernetes',
					'__proto__',
					'cluster["nodes"]',
					'cluster.nodes.x',
				),
				fc.constantFrom('1', '10s', '{}', '[]', 'null', '"', '{a: 1}', '1.30', ''),
			)
			.map(([path, value]) => `${path}=${value}`),
		fc.string(),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(setting, { maxLength: 4 }), async (set) => {
			assertOutcome(await outcome({ apiVersion: 'secretsim/v1', kind: 'Scenario', metadata: { name: 'law' } }, [], set));
		}),
		{ seed: 14, numRuns: 600 },
	);
});

test.run();
