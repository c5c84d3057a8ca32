import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';
import { citationsIn, filesCiting } from './citations.js';
import { fidelityDocument } from './fidelity-document.js';
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

/** A row of the table by column. */
function columnsOf(row: string): string[] {
	return row.split(' | ');
}

const CODE_COLUMN = 3;
const TESTS_COLUMN = 4;

test('docs/fidelity.md says what the rule book says, and links only to files that cite the rule', () => {
	const withoutLinks = (document: string): string[] =>
		document.split('\n').map((line) =>
			line.startsWith('| ')
				? columnsOf(line)
						.filter((_, column) => column !== CODE_COLUMN && column !== TESTS_COLUMN)
						.join(' | ')
				: line,
		);
	const document = readFileSync(repositoryPath('docs', 'fidelity.md'), 'utf8');
	assert.equal(withoutLinks(document), withoutLinks(fidelityDocument()), 'npm run docs:fidelity writes it anew');
	const citations = { [CODE_COLUMN]: citationsIn('src'), [TESTS_COLUMN]: citationsIn('test', ['test/fidelity/']) };
	const stale: string[] = [];
	for (const row of document.split('\n').filter((line) => /^\| [KA]\d/.test(line))) {
		const columns = columnsOf(row);
		const rule = (columns[0] as string).replace('| ', '');
		for (const [column, found] of Object.entries(citations)) {
			const cited = filesCiting(found, rule);
			const linked = [...(columns[Number(column)] as string).matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file]) => file as string);
			for (const file of linked) if (!cited.includes(file)) stale.push(`${rule}: ${file}`);
			if (linked.length === 0 && cited.length > 0) stale.push(`${rule}: no link to ${cited[0]}`);
		}
	}
	assert.equal(stale, [], 'npm run docs:fidelity writes it anew');
});

test.run();
