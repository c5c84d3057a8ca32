// `npm run published [-- ID...]`: prints published | simulated | verdict for every published number, with its source and its
// negative control, and writes results/validation.md. Leaves with 1 when a row is not met. With ids only those rows are run and
// nothing is written.

import { mkdirSync, writeFileSync } from 'node:fs';
import { repositoryPath } from '../support/repository.js';
import { ROWS, type RowReport, reportRow, rowMet, rowText, validationDocument } from './table.js';

const wanted = process.argv.slice(2);

async function run(): Promise<number> {
	const unknown = wanted.filter((id) => !ROWS.some((row) => row.id === id));
	if (unknown.length > 0) {
		process.stderr.write(`published: there is no row ${unknown.join(', ')}; there are ${ROWS.map((row) => row.id).join(', ')}\n`);
		return 2;
	}
	const reports: RowReport[] = [];
	for (const row of ROWS) {
		if (wanted.length > 0 && !wanted.includes(row.id)) continue;
		const report = await reportRow(row);
		reports.push(report);
		process.stdout.write(`${rowText(report)}\n`);
	}
	const met = reports.filter(rowMet).length;
	process.stdout.write(`${met} of ${reports.length} rows met\n`);
	if (wanted.length === 0) {
		mkdirSync(repositoryPath('results'), { recursive: true });
		writeFileSync(repositoryPath('results', 'validation.md'), validationDocument(reports));
	}
	return met === reports.length ? 0 : 1;
}

process.exitCode = await run();
