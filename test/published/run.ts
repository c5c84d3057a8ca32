// `npm run published [-- ID...]`: prints published | simulated | verdict for every published number, with its source and its
// negative controls, and writes results/validation.md. Leaves with 1 when a row is not met. With ids only those rows are run and
// nothing is written.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { repositoryPath } from '../support/repository.js';
import type { PublishedRow } from './check.js';
import { ROWS, type RowReport, rowMet, rowText, validationDocument } from './table.js';

/** Rows that take longest, first: the others fill the gaps behind them. */
const LONG: readonly string[] = ['P2', 'P7', 'P1', 'P22'];
/** More threads would only wait for the longest row. */
const THREADS = 4;

const wanted = process.argv.slice(2);

/** Runs rows on some threads; the order of the reports is that of the rows, whatever the threads do. */
async function reportsOf(rows: readonly PublishedRow[]): Promise<RowReport[]> {
	const rank = ({ id }: PublishedRow): number => (LONG.includes(id) ? LONG.indexOf(id) : LONG.length);
	const waiting = [...rows].sort((a, b) => rank(a) - rank(b));
	const reports = new Map<string, RowReport>();
	const work = async (): Promise<void> => {
		const worker = new Worker(new URL('./row-worker.js', import.meta.url));
		try {
			for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
				const { checks, controls } = await answerOf(worker, row.id);
				reports.set(row.id, { row, checks, controls });
				process.stderr.write(`${row.id} done, ${reports.size} of ${rows.length}\n`);
			}
		} finally {
			await worker.terminate();
		}
	};
	await Promise.all(Array.from({ length: Math.min(rows.length, THREADS, availableParallelism()) }, work));
	return rows.map((row) => reports.get(row.id) as RowReport);
}

function answerOf(worker: Worker, id: string): Promise<Pick<RowReport, 'checks' | 'controls'>> {
	return new Promise((resolve, reject) => {
		worker.removeAllListeners();
		worker.once('message', resolve);
		worker.once('error', reject);
		worker.postMessage(id);
	});
}

async function run(): Promise<number> {
	const unknown = wanted.filter((id) => !ROWS.some((row) => row.id === id));
	if (unknown.length > 0) {
		process.stderr.write(`published: there is no row ${unknown.join(', ')}; there are ${ROWS.map((row) => row.id).join(', ')}\n`);
		return 2;
	}
	const reports = await reportsOf(ROWS.filter(({ id }) => wanted.length === 0 || wanted.includes(id)));
	for (const report of reports) process.stdout.write(`${rowText(report)}\n`);
	const met = reports.filter(rowMet).length;
	process.stdout.write(`${met} of ${reports.length} rows met\n`);
	if (wanted.length === 0) {
		mkdirSync(repositoryPath('results'), { recursive: true });
		writeFileSync(repositoryPath('results', 'validation.md'), validationDocument(reports));
	}
	return met === reports.length ? 0 : 1;
}

process.exitCode = await run();
