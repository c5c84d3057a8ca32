import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { immutableAgreement } from './f6-immutable.js';

type Line = Record<string, unknown>;

const test = suite('conformance: immutable Secrets under Watch (F6)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f6-immutable.jsonl') as Line[];

test('K20.33: every watch, its end, and everything that pods show of replaced Secrets', () => {
	const { disagreements, blocks } = immutableAgreement(lines);
	assert.equal(disagreements, []);
	assert.ok((blocks[0]?.matched ?? 0) > 450, String(blocks[0]?.matched));
});

test('the recorded watches are short and end with none open', () => {
	const curve = (lines[0] as Line)['openWatches'] as [number, number][];
	assert.equal(curve.at(-1)?.[1], 0);
	const opened = new Map<unknown, number>();
	for (const line of lines.filter(({ src }) => src === 'client')) {
		if (line['what'] === 'attempt') opened.set(line['id'], line['t'] as number);
		else assert.ok((line['t'] as number) - (opened.get(line['id']) as number) < 0.3);
	}
	assert.is(opened.size, 32);
});

test('a watch that stays open, or opens again, is a disagreement', () => {
	const end = lines.findIndex((line) => line['what'] === 'stream ends');
	assert.is(immutableAgreement(lines.toSpliced(end, 1)).disagreements.length, 1);
	const first = lines.find((line) => line['src'] === 'client' && line['what'] === 'attempt') as Line;
	assert.is(immutableAgreement([...lines, { ...first, t: 80, id: 9_999 }]).disagreements.length, 1);
});

test('a running pod that shows the replaced content is a disagreement', () => {
	const swapped = { t: 75, src: 'volume', what: '..data swapped', node: 'f6-watch', pod: 'f6-watch-p02', volume: 'v', content: { k: '1' } };
	assert.is(immutableAgreement([...lines, swapped]).disagreements.length, 1);
});

test.run();
