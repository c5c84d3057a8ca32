import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Plan, simulate, summarise } from '../../src/index.js';
import { filesInMemory } from '../../src/scenario/input-files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { withPlaceholders } from '../../src/scenario/placeholders.js';
import { digestOf } from '../../src/scenario/plan-value.js';

const test = suite('placeholders for values');

interface Values {
	readonly first: string;
	readonly other: string;
	readonly next: string;
}

function load({ first, other, next }: Values): Promise<Plan> {
	const copy = JSON.stringify({ stringData: { password: first } });
	const manifest = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: default
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '${copy}', team: payments }
stringData: { password: ${first}, copy: ${first}, other: ${other}, nothing: "" }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: default }
spec:
  containers: [{ name: web, image: "web:1", volumeMounts: [{ name: db, mountPath: /etc/db }] }]
  volumes: [{ name: db, secret: { secretName: db } }]
`;
	const scenario = `apiVersion: secretsim/v1
kind: Scenario
metadata: { name: placeholders }
replications: 2
duration: 20m
manifests: [app.yaml]
actions:
  - { at: 5m, patch: Secret/default/db, stringData: { password: ${next} } }
  - { at: 7m, patch: Secret/default/db, stringData: { password: "id-{{ ordinal }}-{{ random 8 }}" } }
  - { at: 9m, recreate: Secret/default/db, stringData: { other: ${first} } }
`;
	return loadScenario('s.yaml', {}, filesInMemory({ 's.yaml': scenario, 'app.yaml': manifest }));
}

const VALUES: Values = { first: 'correct-horse', other: 'battery', next: 'staple-staple' };

test('the figures and the digest are those of the plan itself', async () => {
	const plan = await load(VALUES);
	const hidden = withPlaceholders(plan);
	const { digest: _, ...rest } = hidden;
	assert.is(digestOf(rest), plan.digest);
	assert.is(JSON.stringify(summarise(simulate(hidden))), JSON.stringify(summarise(simulate(plan))));
	assert.is(JSON.stringify(simulate(hidden)), JSON.stringify(simulate(plan)));
	assert.equal(JSON.stringify(withPlaceholders(hidden)), JSON.stringify(hidden));
});

test('nothing is left that another value of the same length would change', async () => {
	const plan = await load(VALUES);
	const guess = await load({ first: 'wrong-donkeys', other: 'recycle', next: 'paper-clip-xy' });
	assert.is.not(JSON.stringify(plan), JSON.stringify(guess));
	assert.is(JSON.stringify(withPlaceholders(plan)), JSON.stringify(withPlaceholders(guess)));
	assert.is(plan.digest, guess.digest);
});

test('lengths and which values are equal still count', async () => {
	const { digest } = await load(VALUES);
	assert.is.not((await load({ ...VALUES, other: 'batteries' })).digest, digest);
	assert.is.not((await load({ ...VALUES, next: VALUES.first })).digest, digest);
});

test('an annotation other than the copy of kubectl apply stays, and the copy keeps its length', async () => {
	const of = (plan: Plan): Readonly<Record<string, string>> => plan.variants[0]?.objects[0]?.annotations ?? {};
	const plan = await load(VALUES);
	const [before, after] = [of(plan), of(withPlaceholders(plan))];
	assert.is(after['team'], 'payments');
	const copy = 'kubectl.kubernetes.io/last-applied-configuration';
	assert.is(after[copy]?.length, before[copy]?.length);
	assert.not.match(JSON.stringify(withPlaceholders(plan)), /correct-horse/);
	assert.match(JSON.stringify(plan), /correct-horse/);
});

test.run();
