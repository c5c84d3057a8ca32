import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines, repositoryPath } from '../support/repository.js';
import { CASES } from './timeline-cases.js';
import { writtenTimeline } from './timeline-writer.js';
import { timelineAgreement } from './timelines.js';

type Line = Record<string, unknown>;

const recorded = suite('conformance: recorded timelines');
const FILES = readdirSync(repositoryPath('test', 'recordings', 'e2e')).filter((name) => /^r4-.\.jsonl$|-timelines\.jsonl$/.test(name));

for (const file of FILES.sort()) {
	recorded(`${file}: every request, result, message and swap follows from the recorded syncs`, () => {
		const { cases, disagreements, notClaimed, blocks } = timelineAgreement(readJsonLines('test', 'recordings', 'e2e', file));
		assert.equal(disagreements[0], undefined);
		assert.equal(notClaimed, []);
		assert.ok(cases > 0);
		for (const { id, matched } of blocks) assert.ok(matched >= 17, `${id}: only ${matched} lines were compared`);
	});
}

recorded('all files are there', () => {
	assert.is(FILES.length, 17);
});

recorded.run();

const written = suite('conformance: timelines that the model wrote');

for (const [name, { actions, end }] of Object.entries(CASES)) {
	written(`${name}: agreed with`, () => {
		for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
			for (const seed of [1, 2, 3]) {
				const { disagreements, blocks } = timelineAgreement(writtenTimeline({ id: name, strategy, actions, end, seed }));
				assert.equal(disagreements[0], undefined, `${strategy}, seed ${seed}`);
				assert.ok((blocks[0]?.matched ?? 0) >= 12);
			}
		}
	});
}

written('other sync periods and TTLs than any recorded one', () => {
	for (const name of ['deleted and recreated after 40 s', 'immutable, recreated mutable', 'one Secret in a plain and a projected volume']) {
		const { actions, end } = CASES[name] as (typeof CASES)[string];
		for (const [syncSeconds, ttl] of [
			[6, '0'],
			[20, '15'],
			[35, ''],
			[60, '30'],
		] as const) {
			for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
				const { disagreements } = timelineAgreement(writtenTimeline({ id: 'x', strategy, actions, end, seed: 5, syncSeconds, ttl }));
				assert.equal(disagreements[0], undefined, `${name}, ${strategy}, S ${syncSeconds}, TTL ${ttl}`);
			}
		}
	}
});

written.run();

const strict = suite('conformance: timelines that were changed');

/** One block of a recording, changed. */
function changed(change: (lines: Line[]) => Line[]): ReturnType<typeof timelineAgreement> {
	const [header, ...lines] = readJsonLines('test', 'recordings', 'e2e', 'r4-a.jsonl') as Line[];
	return timelineAgreement([header, ...change(lines.filter((line) => line['case'] === 'a20-get'))]);
}

/** Index of the nth line that a recorded field matches. */
function find(lines: readonly Line[], field: string, value: unknown, nth = 0): number {
	const index = lines.map((line, place) => (line[field] === value ? place : -1)).filter((place) => place >= 0)[nth];
	if (index === undefined) throw new Error(`no line with ${field} ${String(value)}`);
	return index;
}

const CHANGES: Readonly<Record<string, (lines: Line[]) => Line[]>> = {
	'a request less': (lines) => lines.toSpliced(find(lines, 'request', 'GET rv=unset', 3), 1),
	'another option': (lines) =>
		lines.with(find(lines, 'request', 'GET rv=unset', 3), { ...lines[find(lines, 'request', 'GET rv=unset', 3)], request: 'GET rv=0' }),
	'another code': (lines) =>
		lines.with(find(lines, 'request', 'GET rv=unset', 0), { ...lines[find(lines, 'request', 'GET rv=unset', 0)], code: 200 }),
	'another message': (lines) =>
		lines.with(find(lines, 'reason', 'FailedMount', 2), { ...lines[find(lines, 'reason', 'FailedMount', 2)], message: 'x' }),
	'an event less': (lines) => lines.toSpliced(find(lines, 'reason', 'Pulled'), 1),
	'another back-off': (lines) =>
		lines.with(find(lines, 'what', 'SetUp failed', 2), { ...lines[find(lines, 'what', 'SetUp failed', 2)], durationBeforeRetry: '3s' }),
	'a refresh less': (lines) => lines.toSpliced(find(lines, 'what', 'SetUp succeeded', 1), 1),
	'other content': (lines) => lines.with(find(lines, 'src', 'volume'), { ...lines[find(lines, 'src', 'volume')], content: { k: '2' } }),
	'a sync that returns late': (lines) => {
		const index = find(lines, 'what', 'SyncPod exit', 1);
		return lines.with(index, { ...lines[index], t: (lines[index]?.['t'] as number) + 0.4 });
	},
	'the Secret created earlier': (lines) => {
		const index = find(lines, 'action', 'createSecret');
		return lines.with(index, { ...lines[index], start: 0.1, t: 0.1 });
	},
};

strict('the unchanged block agrees', () => {
	assert.is(changed((lines) => lines).agreed, 1);
});

for (const [name, change] of Object.entries(CHANGES)) {
	strict(`${name} is a disagreement`, () => {
		assert.is(changed(change).agreed, 0);
	});
}

strict('a pause of a reflector that no base allows is a disagreement', () => {
	const [header, ...lines] = readJsonLines('test', 'recordings', 'e2e', 'r4-o.jsonl') as Line[];
	const block = lines.filter((line) => line['case'] === 'o-watch');
	assert.is(timelineAgreement([header, ...block]).agreed, 1);
	const index = find(block, 'message', '"Watch failed - backing off" ', 6);
	const early = block.with(index, { ...block[index], t: (block[index]?.['t'] as number) - 1.5 });
	assert.is(timelineAgreement([header, ...early]).agreed, 0);
});

strict('what is not known is an error', () => {
	const add = (line: Line) => () => changed((lines) => [...lines, { case: 'a20-get', t: 1, ...line }]);
	assert.throws(add({ src: 'surprise' }), /unknown source surprise/);
	assert.throws(add({ src: 'driver', action: 'surprise', what: '' }), /unknown action surprise/);
	assert.throws(add({ src: 'driver', what: 'surprise' }), /unknown note "surprise"/);
	assert.throws(add({ src: 'kubelet log', pod: 'p', what: 'surprise' }), /unknown log line "surprise"/);
	assert.throws(add({ src: 'kubelet log', pod: 'p', what: 'SyncPod exit', surprise: 1 }), /unknown field surprise/);
	assert.throws(add({ src: 'volume', pod: 'p', volume: 'v', content: {}, what: 'surprise' }), /unknown line of a volume "surprise"/);
});

strict.run();
