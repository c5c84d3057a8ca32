import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { storyText } from '../../src/cli/story-text.js';
import type { Plan } from '../../src/cluster/plan.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import { explain } from '../../src/explain/explain.js';
import type { Story } from '../../src/explain/story.js';
import { simulate } from '../../src/index.js';
import { paletteFor } from '../../src/report/text-layout.js';
import { golden } from '../support/golden.js';
import { at, newPassword, nudge, secret, study } from './study.js';

const test = suite('stories');

function story(plan: Plan, query: { write?: number; pod?: string } = {}): Story {
	const variant = plan.variants[0] as Plan['variants'][0];
	return explain(
		(trace) => void simulate(plan, { trace }),
		{ variant: variant.name, replication: 0, write: query.write ?? null, pod: query.pod ?? null, measuredFrom: variant.warmUp },
		variant.cluster.kubelet.configMapAndSecretChangeDetectionStrategy,
	);
}

function told(told: Story): string {
	return storyText(told, 'study', 'secretsim explain study.yaml', paletteFor(false));
}

function whatHappened(told: Story): string[] {
	return told.lines.map((line) => line.what);
}

test('a write under Watch: delivered at once, seen by the next periodic sync', () => {
	const plan = study({ strategy: 'Watch', actions: [at(300, 'rotate', newPassword)] });
	const one = story(plan);
	assert.is(one.settled?.outcome, 'shown');
	golden('explain/watch.txt', told(one));
});

test('a write under Get: nobody is told, the next read asks', () => {
	const one = story(study({ strategy: 'Get', actions: [at(300, 'rotate', newPassword)] }));
	assert.not.ok(one.lines.some((line) => line.kind === 'delivered'));
	golden('explain/get.txt', told(one));
});

test('a nudge that came too early: the pod is synced before the watch has delivered the write', () => {
	const early = {
		...study({ strategy: 'Watch', actions: [] }).variants[0]!.cluster.network,
		watchLatency: { min: 500 * MILLISECOND, max: 500 * MILLISECOND },
	};
	const plan = study({
		strategy: 'Watch',
		replicas: 1,
		cluster: { network: early },
		actions: [at(300, 'rotate', newPassword), at(300.05, 'nudge', nudge)],
	});
	const one = story(plan);
	assert.match(one.why, /came before the watch had delivered it/);
	assert.match(told(one), /the pod was changed: a label or an annotation is/);
	assert.ok((one.settled?.delay ?? 0) > 60 * SECOND, 'the countdown started anew');
	golden('explain/early-nudge.txt', told(one));
});

test('a Cache read that is answered by what another pod fetched', () => {
	const plan = study({ strategy: 'Cache', replicas: 20, cluster: { nodeTTL: 60 * SECOND }, actions: [at(300, 'rotate', newPassword)] });
	const shared = Array.from({ length: 20 }, (_, index) => story(plan, { pod: `web-${index}` })).find((one) =>
		/had been fetched/.test(one.why),
	);
	if (shared === undefined) throw new Error('no pod of the study read what another one had fetched');
	assert.match(whatHappened(shared).join('\n'), /on this node reads resourceVersion/);
	golden('explain/shared-fetch.txt', told(shared));
});

test('a request that is lost while an older SetUp is still running', () => {
	const network = {
		...study({ strategy: 'Get', actions: [] }).variants[0]!.cluster.network,
		requestLatency: { min: 2 * SECOND, max: 2 * SECOND },
	};
	// The first nudge starts a slow GET; the write comes after the server has answered; the second nudge is lost in it.
	const plan = study({
		strategy: 'Get',
		replicas: 1,
		cluster: { network },
		actions: [at(300, 'first', nudge), at(301.3, 'rotate', newPassword), at(301.5, 'second', nudge)],
	});
	const one = story(plan);
	assert.ok(one.lines.some((line) => line.kind === 'refreshLost'));
	assert.match(one.why, /it cleared the request \(K3\.4\)/);
	golden('explain/lost-request.txt', told(one));
});

test('a write that is superseded before any sync', () => {
	const plan = study({ strategy: 'Watch', replicas: 1, actions: [at(300, 'one', newPassword), at(300.5, 'two', newPassword)] });
	const one = story(plan, { write: 0 });
	if (one.settled?.outcome !== 'superseded') throw new Error(`the first write was ${one.settled?.outcome}`);
	assert.match(one.why, /its own content never appeared/);
});

test('a failing refresh: the attempts are folded, the reason is named, the back-off explains the delay', () => {
	const gone = { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'db' } as const;
	const plan = study({
		strategy: 'Get',
		replicas: 1,
		actions: [at(300, 'gone', gone), at(900, 'back', { kind: 'create', object: secret('second') })],
	});
	const one = story(plan, { write: 1 });
	assert.match(one.why, /back-off of \d+\.\d s was over/);
	golden('explain/back-off.txt', told(one));
});

test('an immutable object that was recreated is not looked at', () => {
	const recreate = {
		kind: 'recreate',
		objectKind: 'Secret',
		namespace: 'default',
		name: 'db',
		gap: SECOND,
		data: { password: [{ kind: 'random', length: 8 }] },
		immutable: true,
	} as const;
	const plan = study({ strategy: 'Watch', replicas: 1, immutable: true, actions: [at(300, 'recreate', recreate)] });
	const one = story(plan, { write: 1 });
	assert.is(one.settled, null);
	assert.match(one.why, /immutable/);
	golden('explain/frozen.txt', told(one));
});

test('the parts of a delay add up to it', () => {
	for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
		const one = story(study({ strategy, replicas: 6, nodes: 2, actions: [at(300, 'rotate', newPassword)] }));
		assert.is(
			one.parts.reduce((sum, part) => sum + part.micros, 0),
			one.settled?.delay,
		);
	}
});

test('lines are in order of time and every line that is not the end names a rule', () => {
	const one = story(study({ strategy: 'Cache', actions: [at(300, 'rotate', newPassword)] }));
	for (const [index, line] of one.lines.entries()) {
		assert.ok(index === 0 || line.at >= (one.lines[index - 1]?.at ?? 0));
		assert.ok(line.kind === 'settled' || line.rules.length > 0, line.what);
		for (const rule of line.rules) assert.match(rule, /^[KA]\d+(\.\d+)?$/);
	}
});

test('no line is wider than 80 columns', () => {
	const text = told(story(study({ strategy: 'Get', actions: [at(300, 'rotate', newPassword)] })));
	assert.ok(Math.max(...text.split('\n').map((line) => [...line].length)) <= 80);
});

test('what does not exist is refused with what there is', () => {
	const plan = study({ strategy: 'Watch', actions: [at(300, 'rotate', newPassword)] });
	assert.throws(() => story(plan, { write: 7 }), /there is no write 7 in this run; writes are numbered from 0 to 0/);
	assert.throws(() => story(plan, { pod: 'nobody' }), /there is no pod "nobody" in this run; there are for example \S+\/\S+/);
	assert.throws(() => story(study({ strategy: 'Watch', actions: [] })), /no write was accepted/);
});

test('a pod is chosen whose delay is the middle one, and any can be asked for', () => {
	const plan = study({ strategy: 'Watch', replicas: 9, nodes: 3, actions: [at(300, 'rotate', newPassword)] });
	const delays = Array.from({ length: 9 }, (_, index) => story(plan, { pod: `default/web-${index}` }).settled?.delay ?? 0).sort(
		(a, b) => a - b,
	);
	assert.is(story(plan).settled?.delay, delays[4]);
});

test.run();
