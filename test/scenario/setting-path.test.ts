import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePath, printPath, SettingPathError } from '../../src/scenario/setting-path.js';

const test = suite('setting path');

test('dots, indexes and quoted keys', () => {
	assert.equal(parsePath('cluster.kubelet.syncFrequency'), ['cluster', 'kubelet', 'syncFrequency']);
	assert.equal(parsePath('actions[0].every'), ['actions', 0, 'every']);
	assert.equal(parsePath('actions.0.every'), ['actions', 0, 'every']);
	assert.equal(parsePath('cluster.nodeLabels["example.com/zone"]'), ['cluster', 'nodeLabels', 'example.com/zone']);
	assert.equal(parsePath("a['b.c'].d"), ['a', 'b.c', 'd']);
});

test('what is no path says why', () => {
	for (const text of ['', 'a..b', '.a', 'a.', 'a[', 'a[x]', 'a["b"]c', 'a[0].']) {
		try {
			parsePath(text);
		} catch (error) {
			assert.instance(error, SettingPathError, text);
			continue;
		}
		throw new Error(`${text} was read`);
	}
});

test('what is printed is read back', () => {
	const part = fc.oneof(
		fc.nat(99),
		fc.string({ minLength: 1 }).filter((text) => !/^\d+$/.test(text)),
	);
	fc.assert(
		fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (path) => {
			assert.equal(parsePath(printPath(path)), path);
		}),
		{ seed: 3, numRuns: 500 },
	);
});

test.run();
