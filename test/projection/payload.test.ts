import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ObjectState, Volume, VolumeProjection } from '../../src/kubernetes/objects.js';
import { buildPayload, type PayloadContext, volumeReads } from '../../src/projection/payload.js';

const test = suite('payload');

function secret(name: string, data: Record<string, string>): ObjectState<string> {
	return { kind: 'Secret', namespace: 'ns', name, labels: {}, annotations: {}, type: 'Opaque', immutable: undefined, data, binaryData: {} };
}

function context(objects: readonly ObjectState<string>[], pod: Partial<PayloadContext<string>['pod']> = {}): PayloadContext<string> {
	return {
		read: (kind, name) => {
			const state = objects.find((object) => object.kind === kind && object.name === name);
			return state ? { kind: 'found', state } : { kind: 'notFound', text: `${kind} ${name} not found` };
		},
		empty: '',
		text: (value) => value,
		token: (source) => `token for ${source.audience ?? 'the API server'}`,
		pod: { name: 'p', namespace: 'ns', uid: 'u', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined, ...pod },
	};
}

function projected(...sources: readonly VolumeProjection[]): Volume {
	return { name: 'v', projected: { sources, defaultMode: 0o644 } };
}

test('a read that fails for another reason stops the refresh even when the source is optional', () => {
	const failing = { ...context([]), read: () => ({ kind: 'error', text: 'connection refused' }) as const };
	const volume: Volume = { name: 'v', secret: { secretName: 's', optional: true, defaultMode: 0o644 } };
	assert.equal(buildPayload(volume, failing), { kind: 'error', text: 'connection refused' });
	assert.equal(buildPayload(volume, context([])), { kind: 'payload', files: [] });
});

test('projected: reads are asked in source order, repetitions included', () => {
	const asked: string[] = [];
	const volume = projected(
		{ secret: { name: 'b' } },
		{ configMap: { name: 'a' } },
		{ serviceAccountToken: { path: 't' } },
		{ secret: { name: 'b' } },
	);
	buildPayload(volume, {
		...context([]),
		read: (kind, name) => {
			asked.push(`${kind}/${name}`);
			return { kind: 'notFound', text: 'gone' };
		},
	});
	assert.equal(asked, ['Secret/b', 'ConfigMap/a', 'Secret/b']);
	assert.equal(
		volumeReads(volume).map(({ kind, name }) => `${kind}/${name}`),
		asked,
	);
	assert.equal(volumeReads({ name: 'd', downwardAPI: {} }), []);
});

test('projected: a later source replaces a file but keeps its place; every error is reported once', () => {
	const objects = [secret('one', { a: '1', b: '1' }), secret('two', { a: '2' })];
	const both = buildPayload(projected({ secret: { name: 'one' } }, { secret: { name: 'two' } }), context(objects));
	assert.equal(both, {
		kind: 'payload',
		files: [
			{ path: 'a', mode: 0o644, content: '2' },
			{ path: 'b', mode: 0o644, content: '1' },
		],
	});
	const errors = buildPayload(
		projected(
			{ secret: { name: 'x' } },
			{ secret: { name: 'x' } },
			{ downwardAPI: { items: [{ path: 'f', fieldRef: { fieldPath: 'spec.nodeName' } }] } },
		),
		context([]),
	);
	assert.equal(errors, { kind: 'error', text: '[Secret x not found, unsupported fieldPath: spec.nodeName]' });
});

test('tokens are private and owned when the pod has one user, private when it has an fsGroup (K7.5)', () => {
	const volume = projected({ serviceAccountToken: { path: 'token', audience: 'vault' } });
	const file = (pod: Partial<PayloadContext<string>['pod']>): unknown => {
		const result = buildPayload(volume, context([], pod));
		return result.kind === 'payload' ? result.files[0] : result;
	};
	assert.equal(file({}), { path: 'token', mode: 0o644, content: 'token for vault' });
	assert.equal(file({ hasFsGroup: true }), { path: 'token', mode: 0o600, content: 'token for vault' });
	assert.equal(file({ uniformRunAsUser: 1000 }), { path: 'token', mode: 0o600, content: 'token for vault', fsUser: 1000 });
	const failing = buildPayload(volume, { ...context([]), token: () => ({ error: 'failed to fetch token: no' }) });
	assert.equal(failing, { kind: 'error', text: 'failed to fetch token: no' });
});

test('the downward API prints maps sorted and quoted, and refuses what it does not know', () => {
	const pod = { labels: { b: 'x', a: 'say "hi"\n' }, annotations: { 'example.com/k': 'é\u0001' } };
	const content = (fieldPath: string): unknown => {
		const volume: Volume = { name: 'v', downwardAPI: { defaultMode: 0o644, items: [{ path: './f', fieldRef: { fieldPath } }] } };
		const result = buildPayload(volume, context([], pod));
		return result.kind === 'payload' ? result.files.map((file) => `${file.path}: ${file.content}`).join() : result.text;
	};
	assert.is(content('metadata.labels'), 'f: a="say \\"hi\\"\\n"\nb="x"');
	assert.is(content('metadata.annotations'), 'f: example.com/k="é\\x01"');
	assert.is(content("metadata.annotations['example.com/k']"), 'f: é\u0001');
	assert.is(content("metadata.labels['absent']"), 'f: ');
	assert.is(content("spec['x']"), 'fieldPath "spec[\'x\']" does not support subscript');
	assert.is(content('metadata.nothing'), 'unsupported fieldPath: metadata.nothing');
	assert.match(content("metadata.labels['-']") as string, /^invalid key subscript in metadata.labels\['-'\]: name part must consist of/);
});

test('without a default mode nothing is built', () => {
	const text = 'no defaultMode used, not even the default value for it';
	for (const volume of [
		{ name: 'v', secret: { secretName: 's', optional: true } },
		{ name: 'v', configMap: { name: 's', optional: true } },
		{ name: 'v', projected: { sources: [] } },
		{ name: 'v', downwardAPI: {} },
	]) {
		assert.equal(buildPayload(volume, context([])), { kind: 'error', text });
	}
	assert.throws(() => buildPayload({ name: 'v', other: 'emptyDir' }, context([])), /volume v is not projected/);
});

test.run();
