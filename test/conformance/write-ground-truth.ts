// `npm run docs:ground-truth`: writes the numbers and the pictures of docs/ground-truth.md anew.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { repositoryPath } from '../support/repository.js';
import { documentWith, picturePath, RUNS, runSection } from './ground-truth.js';

const path = repositoryPath('docs', 'ground-truth.md');
mkdirSync(repositoryPath('docs', 'pictures'), { recursive: true });
const rows: string[] = [];
for (const run of Object.keys(RUNS)) {
	process.stderr.write(`${run}\n`);
	const section = await runSection(run);
	rows.push(...section.rows);
	writeFileSync(repositoryPath('docs', picturePath(run)), `${section.svg}\n`);
}
writeFileSync(path, documentWith(readFileSync(path, 'utf8'), rows));
