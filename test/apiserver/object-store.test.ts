import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ObjectStore, type WriteResult } from '../../src/apiserver/object-store.js';
import { wireBytes } from '../../src/apiserver/wire-size.js';
import { SECOND } from '../../src/core/time.js';
import { contentOf } from '../../src/kubernetes/content.js';
import type { ObjectState } from '../../src/kubernetes/objects.js';
import { profileOf } from '../../src/kubernetes/versions.js';

const test = suite('object store');

const value = (text: string) => contentOf(new TextEncoder().encode(text));

function values(texts: Readonly<Record<string, string>>): ObjectState['data'] {
	return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, value(text)]));
}

function secret(data: Readonly<Record<string, string>> = {}, parts: Partial<ObjectState> = {}): ObjectState {
	return {
		kind: 'Secret',
		namespace: 'ns',
		name: 'db',
		labels: {},
		annotations: {},
		type: 'Opaque',
		immutable: undefined,
		data: values(data),
		binaryData: {},
		...parts,
	};
}

function newStore(): ObjectStore {
	return new ObjectStore(profileOf('1.36'), 100);
}

/** Outcome of a write in short: `accepted 101`, `unchanged 101` or `409 AlreadyExists: ...`. */
function short(result: WriteResult): string {
	if (result.kind === 'status') return `${result.code} ${result.reason}: ${result.message}`;
	return `${result.kind} ${result.version.resourceVersion}`;
}

test('one counter of resourceVersions runs through all objects', () => {
	const store = newStore();
	assert.is(short(store.create(secret({ a: '1' }), -1)), 'accepted 101');
	assert.is(short(store.create(secret({}, { kind: 'ConfigMap', type: '' }), -1)), 'accepted 102');
	assert.is(short(store.patch('Secret', 'ns', 'db', { data: { a: value('2') } }, SECOND)), 'accepted 103');
	assert.is(short(store.delete('Secret', 'ns', 'db', 2 * SECOND)), 'accepted 104');
	assert.is(short(store.create(secret({ a: '3' }), 3 * SECOND)), 'accepted 105');
	assert.equal(
		store
			.history('Secret', 'ns', 'db')
			.map(({ type, commit, index, write, resourceVersion }) => [type, commit, index, write, resourceVersion]),
		[
			['ADDED', -1, 0, -1, 101],
			['MODIFIED', SECOND, 1, 0, 103],
			['DELETED', 2 * SECOND, 2, 1, 104],
			['ADDED', 3 * SECOND, 3, 2, 105],
		],
	);
	assert.is(store.resourceVersion, 105);
	assert.is(store.written.length, 3);
	assert.is(store.get('Secret', 'ns', 'db')?.resourceVersion, 105);
	assert.is(store.get('Secret', 'other', 'db'), null);
});

test('a write that changes nothing leaves the resourceVersion alone', () => {
	const store = newStore();
	store.create(secret({ a: '1', b: '2' }), -1);
	assert.is(short(store.update(secret({ b: '2', a: '1' }), 0)), 'unchanged 101');
	assert.is(short(store.patch('Secret', 'ns', 'db', { data: { c: null } }, 0)), 'unchanged 101');
	assert.is(short(store.apply(secret({ a: '1', b: '2' }), 0)), 'unchanged 101');
	assert.is(store.written.length, 0);
});

test('what is not there or there already is refused in the words of the API server', () => {
	const store = newStore();
	assert.is(short(store.update(secret(), 0)), '404 NotFound: secrets "db" not found');
	assert.is(short(store.delete('ConfigMap', 'ns', 'c', 0)), '404 NotFound: configmaps "c" not found');
	assert.is(short(store.patch('Secret', 'ns', 'db', {}, 0)), '404 NotFound: secrets "db" not found');
	store.create(secret(), 0);
	assert.is(short(store.create(secret(), 1)), '409 AlreadyExists: secrets "db" already exists');
	store.delete('Secret', 'ns', 'db', 2);
	assert.is(short(store.delete('Secret', 'ns', 'db', 3)), '404 NotFound: secrets "db" not found');
});

test('invalid objects are refused and leave no trace', () => {
	const store = newStore();
	const tls = '422 Invalid: Secret "db" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]';
	assert.is(short(store.create(secret({}, { type: 'kubernetes.io/tls' }), 0)), tls);
	assert.equal(store.history('Secret', 'ns', 'db'), []);
	store.create(secret({ a: '1' }), 0);
	assert.match(short(store.patch('Secret', 'ns', 'db', { data: { 'a b': value('') } }, 1)), /^422 Invalid: .* a valid config key must/);
	assert.is(store.resourceVersion, 101);
	assert.equal(Object.keys(store.get('Secret', 'ns', 'db')?.state.data ?? {}), ['a']);
});

test('an immutable object takes new metadata and deletion, nothing else', () => {
	const store = newStore();
	store.create(secret({ a: '1' }, { immutable: true }), 0);
	const text = 'field is immutable when `immutable` is set';
	const patch = (change: Parameters<ObjectStore['patch']>[3]) => short(store.patch('Secret', 'ns', 'db', change, 1));
	assert.is(patch({ data: { a: value('2') } }), `422 Invalid: Secret "db" is invalid: data: Forbidden: ${text}`);
	assert.is(
		patch({ immutable: false, data: { a: null } }),
		`422 Invalid: Secret "db" is invalid: [immutable: Forbidden: ${text}, data: Forbidden: ${text}]`,
	);
	assert.is(patch({ labels: { l: 'v' } }), 'accepted 102');
	assert.is(short(store.delete('Secret', 'ns', 'db', 2)), 'accepted 103');
	assert.is(short(store.create(secret({ a: '2' }), 3)), 'accepted 104');
});

test('a patch merges, null removes, and a key may be called __proto__', () => {
	const store = newStore();
	store.create(secret({ a: '1', b: '2' }, { labels: { x: 'y' } }), -1);
	store.patch(
		'Secret',
		'ns',
		'db',
		{ data: { a: null, ...Object.fromEntries([['__proto__', value('p')]]) }, labels: { x: null, z: 'w' } },
		1,
	);
	const { state, changedKeys } = store.get('Secret', 'ns', 'db') ?? {};
	assert.equal(Object.keys(state?.data ?? {}), ['b', '__proto__']);
	assert.equal(state?.labels, { z: 'w' });
	assert.equal(changedKeys, ['a', '__proto__']);
});

test('apply removes what the manifest before had, and keeps what others added', () => {
	const store = newStore();
	assert.is(short(store.apply(secret({ a: '1', b: '2' }), -1)), 'accepted 101');
	store.patch('Secret', 'ns', 'db', { data: { added: value('x'), a: value('rotated') }, immutable: undefined }, 1);
	store.apply(secret({ a: '1' }), 2);
	assert.equal(store.get('Secret', 'ns', 'db')?.state.data, values({ a: '1', added: 'x' }));
	store.apply(secret({ c: '3' }), 3);
	assert.equal(store.get('Secret', 'ns', 'db')?.state.data, values({ added: 'x', c: '3' }));
	assert.equal(store.get('Secret', 'ns', 'db')?.changedKeys, ['a', 'c']);
});

test('the size of an object grows by each byte of its values and not by their base64', () => {
	const size = (length: number) => wireBytes(secret({}, { data: { k: { length, fingerprint: '' } } }));
	assert.is(size(100) - size(99), 1);
	// Both lengths are written with two bytes.
	assert.is(size(1_100) - size(1_000), 100);
	const bare = wireBytes(secret());
	assert.ok(bare > 250 && bare < 350, `a bare Secret has ${bare} bytes`);
	assert.ok(wireBytes(secret({}, { annotations: { a: 'é' } })) - wireBytes(secret({}, { annotations: { a: 'e' } })) === 1);
});

test('knows which objects are there from before the run and never change', () => {
	const store = newStore();
	for (const name of ['stays', 'written', 'deleted']) store.create(secret({ a: '1' }, { name }), -1);
	store.create(secret({ a: '1' }, { name: 'late' }), 0);
	store.patch('Secret', 'ns', 'written', { data: { a: value('2') } }, SECOND);
	store.delete('Secret', 'ns', 'deleted', SECOND);
	store.histories.of('Secret', 'ns', 'mentioned');
	const objects = ['stays', 'written', 'deleted', 'late', 'mentioned'].map((name) => store.histories.of('Secret', 'ns', name));
	const unchanging = objects.filter(({ only }) => only !== null).map(({ name }) => name);
	assert.equal(
		objects.map(({ count }) => count),
		[1, 2, 2, 1, 0],
	);
	assert.equal(
		objects.map(({ versions }) => versions.length),
		[1, 2, 2, 1, 0],
	);
	assert.is(objects[0]?.versions[0], objects[0]?.only);
	assert.equal(unchanging, ['stays']);
});

test.run();
