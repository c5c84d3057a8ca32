import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadRow, SampleRow } from '../../src/measure/result.js';
import { loadCsv, samplesCsv } from '../../src/report/csv.js';

const test = suite('CSV');

const sample: SampleRow = {
	variant: 'Watch',
	replication: 0,
	write: 1,
	object: 'Secret/default/db',
	node: 'node-1',
	pod: 'default/web-0',
	volume: 'db',
	commitSeconds: 300.000001,
	settledSeconds: 337.5,
	delaySeconds: 37.499999,
	outcome: 'shown',
};

/** A reader written for this test from the grammar of RFC 4180. */
function parse(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let cell = '';
	let quoted = false;
	for (let at = 0; at < text.length; at++) {
		const character = text[at] as string;
		if (quoted) {
			if (character !== '"') cell += character;
			else if (text[at + 1] === '"') cell += text[++at];
			else quoted = false;
		} else if (character === '"') quoted = true;
		else if (character === ',') {
			row.push(cell);
			cell = '';
		} else if (character === '\r') {
			assert.is(text[++at], '\n');
			row.push(cell);
			rows.push(row);
			row = [];
			cell = '';
		} else cell += character;
	}
	assert.is(cell, '');
	return rows;
}

test('samples have the columns of the contract in its order', () => {
	assert.equal([...samplesCsv([sample])].join('').split('\r\n'), [
		'variant,replication,write,object,node,pod,volume,commitSeconds,settledSeconds,delaySeconds,outcome',
		'Watch,0,1,Secret/default/db,node-1,default/web-0,db,300.000001,337.5,37.499999,shown',
		'',
	]);
});

test('what did not settle has empty fields', () => {
	const text = [
		...samplesCsv([
			{
				...sample,
				settledSeconds: null,
				delaySeconds: null,
				outcome: 'pending',
			},
		]),
	].join('');
	assert.match(text, /300\.000001,,,pending\r\n$/);
});

test('commas, quotes and line ends inside a field survive', () => {
	const variant = 'Watch, "5m"\r\nand\nmore';
	const [, row] = parse([...samplesCsv([{ ...sample, variant }])].join(''));
	assert.is(row?.[0], variant);
	assert.is(row?.length, 11);
});

test('load has one row per kind and second', () => {
	const row: LoadRow = {
		variant: 'Get',
		replication: 3,
		second: 17,
		verb: 'GET',
		resource: 'secrets',
		resourceVersion: 'unset',
		count: 8,
	};
	assert.is(
		[...loadCsv([row])].join(''),
		'variant,replication,second,verb,resource,resourceVersion,count\r\nGet,3,17,GET,secrets,unset,8\r\n',
	);
});

test('rows are taken one chunk at a time and none is lost', () => {
	let taken = 0;
	function* rows(): Generator<SampleRow> {
		for (; taken < 10_000; taken++) yield { ...sample, write: taken };
	}
	const chunks = samplesCsv(rows());
	const first = chunks.next().value as string;
	assert.ok(taken < 5000, `${taken} rows were taken for the first chunk`);
	assert.equal(
		parse(first + [...chunks].join(''))
			.slice(1)
			.map((row) => Number(row[2])),
		Array.from({ length: 10_000 }, (_, index) => index),
	);
});

test.run();
