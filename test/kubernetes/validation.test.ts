import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contentOf } from '../../src/kubernetes/content.js';
import { goJsonString, goQuote } from '../../src/kubernetes/go-quote.js';
import type { ObjectState } from '../../src/kubernetes/objects.js';
import { validateCreate, validateUpdate } from '../../src/kubernetes/validation.js';
import { profileOf } from '../../src/kubernetes/versions.js';

const test = suite('validation');

function object(kind: 'Secret' | 'ConfigMap', parts: Partial<ObjectState> = {}): { state: ObjectState } {
	const type = kind === 'Secret' ? 'Opaque' : '';
	return {
		state: {
			kind,
			namespace: 'ns',
			name: 'x',
			labels: {},
			annotations: {},
			type,
			immutable: undefined,
			data: {},
			binaryData: {},
			...parts,
		},
	};
}

const bytes = (length: number) => ({ ...contentOf(new Uint8Array(0)), length });

test('sizes are worded as each release words them', () => {
	const big = object('Secret', { data: { a: bytes(1024 * 1024), b: bytes(1) } });
	const message = (version: string) => validateCreate(big, profileOf(version))?.message;
	assert.is(message('1.31'), 'Secret "x" is invalid: data: Too long: must have at most 1048576 bytes');
	assert.is(message('1.32'), 'Secret "x" is invalid: data: Too long: may not be more than 1048576 bytes');
	const map = object('ConfigMap', { data: { a: bytes(1024 * 1024) }, binaryData: { b: bytes(1) } });
	assert.is(validateCreate(map, profileOf('1.36'))?.message, 'ConfigMap "x" is invalid: []: Too long: may not be more than 1048576 bytes');
	assert.is(validateCreate(object('ConfigMap', { data: { a: bytes(1024 * 1024) } }), profileOf('1.36')), undefined);
});

test('labels are measured in characters or bytes, as each release says', () => {
	const labelled = object('ConfigMap', { labels: { a: 'v'.repeat(64) } });
	const body = (version: string) => validateCreate(labelled, profileOf(version))?.causes[0]?.body;
	assert.match(body('1.34') ?? '', /must be no more than 63 characters$/);
	assert.match(body('1.35') ?? '', /must be no more than 63 bytes$/);
	const slashes = object('ConfigMap', { labels: { 'a/b/c': 'v' } });
	assert.match(validateCreate(slashes, profileOf('1.34'))?.message ?? '', /"a\/b\/c": a qualified name must/);
	assert.match(validateCreate(slashes, profileOf('1.35'))?.message ?? '', /"a\/b\/c": a valid label key must/);
	const prefix = object('ConfigMap', { labels: { [`${'p'.repeat(254)}/a`]: 'v' } });
	assert.match(validateCreate(prefix, profileOf('1.34'))?.message ?? '', /prefix part must be no more than 253 characters$/);
	assert.match(validateCreate(prefix, profileOf('1.35'))?.message ?? '', /prefix part must be no more than 253 bytes$/);
});

test('a rule that several layers check is said once and counted each time', () => {
	const error = validateUpdate(object('Secret', { name: 'y' }), object('Secret'), profileOf('1.36'));
	assert.is(error?.message, 'Secret "y" is invalid: metadata.name: Invalid value: "y": field is immutable');
	assert.is(error?.causes.length, 2);
});

test('an empty map counts as a change of an immutable Secret without data, not of a ConfigMap', () => {
	const immutable = { immutable: true };
	const change = (kind: 'Secret' | 'ConfigMap', explicitEmpty: { data?: boolean; binaryData?: boolean }) =>
		validateUpdate({ ...object(kind, immutable), explicitEmpty }, object(kind, immutable), profileOf('1.36'))?.causes.map(
			(cause) => cause.field,
		);
	assert.equal(change('Secret', { data: true }), ['data']);
	assert.equal(change('Secret', {}), undefined);
	assert.equal(change('ConfigMap', { data: true }), undefined);
	assert.equal(change('ConfigMap', { binaryData: true }), ['binaryData']);
});

test('keys that JavaScript objects inherit are not there', () => {
	const error = validateCreate(object('Secret', { type: 'constructor' }), profileOf('1.36'));
	assert.is(error, undefined);
});

test('texts are quoted as Go quotes them', () => {
	assert.is(goQuote('a"b\\c\n\t\u0000\u007fé日\u00ad\u{1f600}\u{e0001}'), '"a\\"b\\\\c\\n\\t\\x00\\x7fé日\\u00ad\u{1f600}\\U000e0001"');
	assert.is(goJsonString('a<b>&"'), '"a\\u003cb\\u003e\\u0026\\""');
});

test.run();
