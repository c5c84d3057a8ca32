import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import { objectTTL } from '../../../src/kubelet/manager/object-ttl.js';

const test = suite('TTL annotation (K5.1)');

test('whole seconds as Atoi reads them', () => {
	assert.equal(
		['0', '15', '300', '+5', '-5', '007'].map(objectTTL),
		[0, 15, 300, 5, -5, 7].map((seconds) => seconds * SECOND),
	);
});

test('anything else, and nothing, is a minute', () => {
	for (const annotation of [undefined, '', ' 15', '15 ', '15s', '1.5', '1e3', '0x10', '1_000', '٣', '+', '-']) {
		assert.is(objectTTL(annotation), MINUTE, String(annotation));
	}
});

test.run();
