import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandedSubPath } from '../../src/kubernetes/sub-path.js';

const test = suite('subPath of a mount');
const mount = { name: 'v', mountPath: '/sub' };

test('a subPath is what it is, and a mount without one shows the whole volume', () => {
	assert.is(expandedSubPath({ ...mount, subPath: 'a/$(B)' }, [{ name: 'B', value: 'b' }]), 'a/$(B)');
	assert.is(expandedSubPath(mount, []), '');
});

test('an expression takes the values that the manifest gives, in their order, and $$ for a dollar', () => {
	const env = [
		{ name: 'A', value: 'a' },
		{ name: 'B', value: '$(A)/b' },
	];
	assert.is(expandedSubPath({ ...mount, subPathExpr: 'x/$(B)-$$(A)' }, env), 'x/a/b-$(A)');
});

test('an expression over a Secret, a field or nothing at all is not known', () => {
	const env = [
		{ name: 'S', secretKeyRef: { name: 's', key: 'k' } },
		{ name: 'F', fieldRef: { fieldPath: 'metadata.name' } },
		{ name: 'T', value: 'x$(S)' },
	];
	for (const name of ['S', 'F', 'T', 'MISSING']) assert.is(expandedSubPath({ ...mount, subPathExpr: `$(${name})` }, env), null);
});

test.run();
