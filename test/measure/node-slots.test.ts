// Slots of one node are told apart from those of the node before, and a volume with several objects counts once.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NodeSlots } from '../../src/measure/node-slots.js';

const test = suite('slots of a node');

function told(slots: NodeSlots): [number, boolean][] {
	const list: [number, boolean][] = [];
	slots.forEach((slot, isFirst) => list.push([slot, isFirst]));
	return list;
}

test('tells the slots that were met, and which of them is the first of its volume', () => {
	const slots = new NodeSlots();
	slots.begin(6);
	const meet = (slot: number, pod: number, volume: number): void => slots.meet(slot, { pod, volume, workload: 3, object: slot, write: 7 });
	meet(5, 1, 0);
	meet(1, 0, 0);
	meet(2, 0, 0);
	meet(3, 0, 1);
	assert.equal(told(slots), [
		[1, true],
		[2, false],
		[3, true],
		[5, true],
	]);
	assert.is(slots.first[3], 7);
	slots.begin(4);
	assert.equal(told(slots), []);
	meet(3, 0, 1);
	assert.equal(told(slots), [[3, true]]);
});

test.run();
