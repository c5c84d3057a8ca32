// One thread of `npm run published`: is told a row's id, answers with its checks and controls.

import { parentPort } from 'node:worker_threads';
import { ROWS, reportRow } from './table.js';

parentPort?.on('message', (id: string) => {
	const row = ROWS.find((candidate) => candidate.id === id);
	if (row === undefined) throw new Error(`there is no row ${id}`);
	void reportRow(row).then(({ checks, controls }) => parentPort?.postMessage({ checks, controls }));
});
