import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { type EmittedEvent, eventObjectName, storedCounts } from './event-objects.js';
import { eventsAgreement } from './f5-events.js';

type Line = Record<string, unknown>;

const test = suite('conformance: events of pods that miss something (F5)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f5-events.jsonl') as Line[];

test('K20.32: the model emits every event, in order, and the stored counts follow', () => {
	const agreement = eventsAgreement(lines);
	assert.equal(agreement.disagreements, []);
	assert.ok(agreement.cases > 500, String(agreement.cases));
	for (const note of agreement.notes ?? []) assert.ok(Number(/: (\d+) lines matched/.exec(note)?.[1]) > 400, note);
});

test('one event more or less, or another text, is a disagreement', () => {
	const failed = lines.findIndex((line) => line['src'] === 'kubelet event' && line['reason'] === 'Failed');
	const pulled = lines.findIndex((line) => line['src'] === 'kubelet event' && line['reason'] === 'Pulled');
	for (const changed of [
		lines.toSpliced(failed, 1),
		lines.toSpliced(pulled, 1),
		lines.toSpliced(pulled, 0, lines[pulled] as Line),
		lines.with(failed, { ...lines[failed], message: 'Error: something else' }),
	]) {
		assert.ok(eventsAgreement(changed).disagreements.length > 0);
	}
});

test('25 events of a pod and type are stored at once, then one in 300 s, with what was dropped in its count', () => {
	const event = { pod: 'p', type: 'Warning', reason: 'Failed', message: 'm' };
	const emitted = Array.from({ length: 60 }, (_, index): EmittedEvent => ({ ...event, t: 7 * index }));
	const count = (at: number): number | undefined => storedCounts(emitted, at).get(eventObjectName(event));
	assert.is(count(7 * 24), 25);
	assert.is(count(300), 25);
	// After 301 s there is a whole token again: the 44th event is stored.
	assert.is(count(301), 44);
	assert.is(count(7 * 59), 44);
});

test('what is not known is an error', () => {
	assert.throws(
		() => eventsAgreement([...lines, { t: 400, src: 'kubelet log', node: 'f5-watch', what: 'surprise' }]),
		/unknown log line "surprise"/,
	);
	assert.throws(
		() => eventsAgreement([...lines, { t: 400, src: 'runtime', node: 'f5-watch', pod: 'f5-watch-vol', what: 'surprise' }]),
		/unknown line of the runtime/,
	);
	assert.throws(
		() => eventsAgreement([...lines, { t: 400, src: 'driver', pod: 'f5-watch-vol', what: 'surprise' }]),
		/unknown note "surprise"/,
	);
});

test.run();
