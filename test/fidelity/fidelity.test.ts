import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { citationsIn, filesCiting } from './citations.js';
import { RULE_BOOK } from './rule-book.js';

const test = suite('fidelity');

test('every rule that code or tests cite is in the rule book', () => {
	const known = new Set(RULE_BOOK.flatMap((rule) => [rule.id, rule.id.split('.')[0]]));
	// Sections of the cost model and lists that are cited as a whole.
	const whole = /^(K0|K13|K15|K16|K11|A0|A3|A13|A15|A16)(\.\d+)?$/;
	const unknown = [...citationsIn('src').keys(), ...citationsIn('test', ['test/fidelity/']).keys()].filter(
		(rule) => !known.has(rule) && !whole.test(rule),
	);
	assert.equal([...new Set(unknown)], []);
});

test('every rule that is modelled or simplified is cited by the code that follows it or by the test that holds it', () => {
	const code = citationsIn('src');
	const tests = citationsIn('test', ['test/fidelity/']);
	const silent = RULE_BOOK.filter(
		(rule) =>
			rule.status !== 'absent' &&
			!rule.id.startsWith('K20') &&
			filesCiting(code, rule.id).length + filesCiting(tests, rule.id).length === 0,
	);
	assert.equal(
		silent.map((rule) => rule.id),
		[],
	);
});

test('a rule that is simplified or absent says what is left out', () => {
	assert.equal(
		RULE_BOOK.filter((rule) => rule.status !== 'modelled' && rule.note === '').map((rule) => rule.id),
		[],
	);
});

test.run();
