// The process of one measurement of a goal: `node child.js KIND JSON`.

import process from 'node:process';
import * as measurements from './measurements.js';

const [kind, json] = process.argv.slice(2);
const request = JSON.parse(json ?? '{}');
switch (kind) {
	case 'fleet':
		report(measurements.measureFleet(request));
		break;
	case 'planning':
		report(await measurements.measurePlanning(request));
		break;
	case 'halves':
		report(await measurements.measureHalves(request));
		break;
	case 'workers':
		report(await measurements.measureWorkers(request));
		break;
	case 'swap':
		report(await measurements.measureSwap(request));
		break;
	case 'mount':
		report(await measurements.measureMount());
		break;
	case 'mainJob':
		report(measurements.measureMainJob(request));
		break;
	default:
		throw new Error(`no measurement ${kind}`);
}

function report(numbers: object): void {
	process.stdout.write(JSON.stringify(numbers));
}
