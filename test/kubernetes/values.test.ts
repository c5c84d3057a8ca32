import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeBase64, encodeBase64 } from '../../src/kubernetes/base64.js';
import { jsonObjectError } from '../../src/kubernetes/go-json.js';
import { toContent } from '../../src/kubernetes/object-content.js';
import { parseQuantity } from '../../src/kubernetes/quantity.js';
import { SecretBytes } from '../../src/kubernetes/secret-bytes.js';
import { nearest } from '../../src/kubernetes/suggestion.js';

const test = suite('values');

test('base64 errors are where Go puts them', () => {
	const errorAt = (text: string) => {
		const result = decodeBase64(text);
		return 'errorAt' in result ? result.errorAt : undefined;
	};
	// The table of encoding/base64's own test.
	const table: readonly [string, number | undefined][] = [
		['', undefined],
		['\n', undefined],
		['AAA=\n', undefined],
		['AAAA\n', undefined],
		['!!!!', 0],
		['====', 0],
		['x===', 1],
		['=AAA', 0],
		['A=AA', 1],
		['AA=A', 2],
		['AA==A', 4],
		['AAA=AAAA', 4],
		['AAAAA', 4],
		['AAAAAA', 4],
		['A=', 1],
		['A==', 1],
		['AA=', 3],
		['AA==', undefined],
		['AAA=', undefined],
		['AAAA', undefined],
		['AAAAAA=', 7],
		['YWJjZA=====', 8],
		['A!\n', 1],
		['A=\n', 1],
	];
	for (const [text, expected] of table) assert.is(errorAt(text), expected, JSON.stringify(text));
});

test('base64 agrees with node on random bytes, in both directions', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
			const text = Buffer.from(bytes).toString('base64');
			assert.is(encodeBase64(bytes), text);
			assert.equal(decodeBase64(text), { bytes: Uint8Array.from(bytes) });
		}),
		{ seed: 1 },
	);
});

test('JSON errors have the words of Go', () => {
	const table: Readonly<Record<string, string | undefined>> = {
		'{}': undefined,
		null: undefined,
		' {"a":[1,2.5e3,"\\u00e9",true,false,null,{"b":-0}]} ': undefined,
		'': 'unexpected end of JSON input',
		'  ': 'unexpected end of JSON input',
		'{"a":': 'unexpected end of JSON input',
		'[]': 'json: cannot unmarshal array into Go value of type map[string]interface {}',
		true: 'json: cannot unmarshal bool into Go value of type map[string]interface {}',
		'-1.5': 'json: cannot unmarshal number into Go value of type map[string]interface {}',
		'"s"': 'json: cannot unmarshal string into Go value of type map[string]interface {}',
		nope: "invalid character 'o' in literal null (expecting 'u')",
		'{} x': "invalid character 'x' after top-level value",
		"{'a':1}": "invalid character '\\'' looking for beginning of object key string",
		'{"a" 1}': "invalid character '1' after object key",
		'{"a":1 "b"}': "invalid character '\"' after object key:value pair",
		'{"a":1,}': "invalid character '}' looking for beginning of object key string",
		'[1 2]': "invalid character '2' after array element",
		'{"a":01}': "invalid character '1' after object key:value pair",
		'{"a":1.}': "invalid character '}' after decimal point in numeric literal",
		'{"a":1e}': "invalid character '}' in exponent of numeric literal",
		'{"a":-}': "invalid character '}' in numeric literal",
		'{"a":"\n"}': "invalid character '\\n' in string literal",
		'{"a":"\\x"}': "invalid character 'x' in string escape code",
		'{"a":"\\u12g"}': "invalid character 'g' in \\u hexadecimal character escape",
		'\u00e9': "invalid character 'Ã' looking for beginning of value",
	};
	for (const [text, expected] of Object.entries(table)) assert.is(jsonObjectError(new TextEncoder().encode(text)), expected, text);
	assert.is(jsonObjectError(Uint8Array.of(...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}'))), undefined);
	assert.is(jsonObjectError(Buffer.from('{"a":'.repeat(10_001))), 'exceeded max depth');
	assert.is(jsonObjectError(Buffer.from('{"a":1e999}')), 'json: cannot unmarshal number into Go value of type float64');
});

test('what JSON.parse accepts is accepted, and the other way round', () => {
	const accepted = (text: string) => {
		try {
			JSON.parse(text);
			return true;
		} catch {
			return false;
		}
	};
	const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '"a"', '1', '-0', '.5', 'e+7', 'true', 'null', ' ', '\\', '0');
	fc.assert(
		fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
			const text = pieces.join('');
			const error = jsonObjectError(new TextEncoder().encode(text));
			assert.is(error === undefined || error.startsWith('json: '), accepted(text), text);
		}),
		{ seed: 1, numRuns: 2000 },
	);
});

test('secret bytes do not show themselves', () => {
	const value = SecretBytes.ofText('canary-value');
	const forms = [
		`${value}`,
		String(value),
		JSON.stringify({ value }),
		inspect({ value }, { depth: 9 }),
		value.toLocaleString(),
		value.join(','),
		`${value.slice(0, 6)}`,
	];
	for (const form of forms) {
		assert.not.match(form, /canary|99, ?97|99,97/);
		assert.match(form, /<\d+ bytes, [0-9a-f]{8}>/);
	}
	assert.is(new TextDecoder().decode(value), 'canary-value');
	assert.is(`${value}`, `${SecretBytes.ofText('canary-value')}`);
});

test('content keeps lengths, tells values apart, and looks at JSON only where the API server does', () => {
	const bytes = (text: string) => new TextEncoder().encode(text);
	const state = { kind: 'Secret', namespace: 'n', name: 'x', labels: {}, annotations: {}, immutable: undefined, binaryData: {} } as const;
	const data = { '.dockercfg': bytes('bad'), '.dockerconfigjson': bytes('bad'), other: bytes('x') };
	const { data: content } = toContent({ ...state, type: 'kubernetes.io/dockercfg', data });
	assert.is(content['.dockercfg']?.jsonObjectError, "invalid character 'b' looking for beginning of value");
	assert.is(content['.dockerconfigjson']?.jsonObjectError, undefined);
	assert.is(content['.dockercfg']?.length, 3);
	assert.is(content['.dockercfg']?.fingerprint, content['.dockerconfigjson']?.fingerprint);
	assert.is.not(content['.dockercfg']?.fingerprint, content['other']?.fingerprint);
});

test('quantities are whole bytes, rounded up', () => {
	const table: readonly [string | number, number | undefined][] = [
		['64Mi', 67108864],
		['1.5Gi', 1610612736],
		['100M', 100_000_000],
		['0.5', 1],
		['1500m', 2],
		['1e3', 1000],
		['12E', 12e18],
		[128, 128],
		['lots', undefined],
		['1 Gi', undefined],
		['', undefined],
		['1KB', undefined],
	];
	for (const [text, expected] of table) assert.is(parseQuantity(text), expected, String(text));
});

test('suggestions are near', () => {
	const known = ['secretName', 'defaultMode', 'items', 'optional', 'env', 'envFrom'];
	assert.is(nearest('secretname', known), 'secretName');
	assert.is(nearest('secret_name', known), 'secretName');
	assert.is(nearest('defaultMod', known), 'defaultMode');
	assert.is(nearest('itmes', known), 'items');
	assert.is(nearest('evn', known), 'env');
	assert.is(nearest('medium', known), undefined);
	assert.is(nearest('x', known), undefined);
});

test.run();
