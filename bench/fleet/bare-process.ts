// The bare renewal loop as a process of its own: `node bare-process.js SYNCS` prints how many syncs a second of wall-clock time it
// made. Several at once tell how many processors a machine really has.

import process from 'node:process';
import { bareLoop } from './bare-loop.js';

const syncs = Number(process.argv[2]);
bareLoop(syncs / 10);
const from = performance.now();
bareLoop(syncs);
process.stdout.write(String((syncs / (performance.now() - from)) * 1e3));
