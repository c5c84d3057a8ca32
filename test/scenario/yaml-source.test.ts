import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ProblemList } from '../../src/scenario/input-error.js';
import { readJson, readYaml } from '../../src/scenario/yaml-source.js';

const test = suite('yaml source');

function read(text: string): { values: unknown[]; messages: string[] } {
	const problems = new ProblemList();
	const values = readYaml('f', text, problems).map((document) => document.value);
	return { values, messages: problems.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`) };
}

test('scalars are read as kubectl reads them (goyaml.v2/resolve.go)', () => {
	const text = 'a: 0644\nb: 0o17\nc: yes\nd: Off\ne: 1_000\nf: 2001-01-01\ng: 0b11\nh: 089\ni: "0644"\nj: 0\nk: 0x1f\nl: y\nm: yesterday\n';
	assert.equal(read(text).values, [
		{ a: 420, b: 15, c: true, d: false, e: 1000, f: '2001-01-01', g: 3, h: 89, i: '0644', j: 0, k: 31, l: true, m: 'yesterday' },
	]);
});

test('a stream has one value per document; empty documents are left out', () => {
	assert.equal(read('---\n# nothing\n---\na: 1\n---\nb: 2\n...\n').values, [{ a: 1 }, { b: 2 }]);
	assert.equal(read('').values, []);
});

test('JSON is YAML, tabs included', () => {
	assert.equal(read('{\n\t"a": [1,\n\t\t2]\n}').values, [{ a: [1, 2] }]);
});

test('keys and values have places, also behind aliases and merge keys', () => {
	const problems = new ProblemList();
	const [document] = readYaml('f', 'base: &b\n  k: 1\nlist:\n  - x: 1\n  - { z: 2 }\nuse:\n  <<: *b\n  own:\n', problems);
	if (document === undefined) throw new Error('no document');
	const at = (path: (string | number)[], of: 'key' | 'value' = 'value'): string => {
		const place = document.place(path, of);
		return `${place.line}:${place.column}`;
	};
	assert.is(at(['base', 'k']), '2:6');
	assert.is(at(['base', 'k'], 'key'), '2:3');
	assert.is(at(['list', 1, 'z']), '5:10');
	assert.is(at(['use', 'k']), '2:6');
	assert.is(at(['use', 'own'], 'key'), '8:3');
	assert.is(at(['list', 7, 'z']), '4:3', 'the nearest part around it');
	assert.is(at([]), '1:1');
});

test('duplicate keys name both lines; a merge key may be repeated by an own key', () => {
	assert.equal(read('a: 1\nb:\n  c: 1\n  c: 2\n').messages, ['4:3 the key "c" is given twice, first on line 3']);
	assert.equal(read('x: &a {k: 1}\nz: {<<: *a, k: 2}\n').values, [{ x: { k: 1 }, z: { k: 2 } }]);
});

test('syntax errors have a place and never quote the text', () => {
	const secret = 'hunter2';
	for (const text of [
		`a: *${secret}`,
		`a: !${secret} x`,
		`a: @${secret}`,
		`a: "${secret}`,
		`a: "\\q${secret}"`,
		`%${secret}\n---\na: 1`,
		`a: [${secret}\nb: 1`,
	]) {
		const { values, messages } = read(text);
		assert.equal(values, [], text);
		assert.is(messages.length, 1, text);
		assert.match(messages[0] as string, /^\d+:\d+ /);
		assert.not.match(messages[0] as string, secret);
	}
});

test('an alias bomb is refused', () => {
	const lines = ['a: &a [1,1,1,1,1,1,1,1,1,1]'];
	for (let i = 1; i < 9; i++)
		lines.push(
			`${'abcdefghi'[i]}: &${'abcdefghi'[i]} [${Array(10)
				.fill(`*${'abcdefghi'[i - 1]}`)
				.join(',')}]`,
		);
	assert.equal(read(lines.join('\n')).messages, ['1:1 its aliases unfold into too many values']);
});

test('the fast way to read JSON gives the same values and places', () => {
	const text = '{\n  "a": [1, {"b": true}]\n}';
	const problems = new ProblemList();
	const [fast] = readJson('f', text, problems);
	const [slow] = readYaml('f', text, problems);
	assert.equal(fast?.value, slow?.value);
	assert.equal(fast?.place(['a', 1, 'b']), slow?.place(['a', 1, 'b']));
	assert.is(problems.problems.length, 0);
});

test.run();
