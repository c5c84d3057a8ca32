// Inputs of nodes have one hidden class: the loops of the engine read them all the time, and a class for each would cost a third more.

import { setFlagsFromString } from 'node:v8';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { controlPlane } from '../../src/cluster/control-plane.js';
import { nodeInput, podsByNode } from '../../src/cluster/node-inputs.js';
import type { NodeRecord } from '../../src/cluster/nodes.js';
import { endingAt } from '../../src/kubelet/node-input.js';
import { object, S, secretVolume, variant, workload } from '../support/plans.js';

const test = suite('inputs of nodes');

setFlagsFromString('--allow-natives-syntax');
const haveSameMap = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;

test('have one hidden class, and copies with an earlier end one more', () => {
	const quiet = variant({ objects: [object('a', {})], workloads: [workload('app', 6, [secretVolume('a')])], cluster: { nodes: 6 } });
	const plane = controlPlane(quiet, 1, 0);
	const pods = podsByNode(plane);
	const inputs = plane.nodes.map((node: NodeRecord, index) => nodeInput(quiet, plane, node, pods[index] ?? [], 600 * S));
	const copies = inputs.map((input) => endingAt(input, 300 * S));
	for (const list of [inputs, copies]) for (const one of list.slice(2)) assert.ok(haveSameMap(list[1] as object, one));
	assert.is(copies[0]?.end, 300 * S);
	assert.equal({ ...copies[0], end: 600 * S }, inputs[0]);
});

test.run();
