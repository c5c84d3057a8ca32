// `npm run conformance [-- DIR]`: checks every recording below DIR (default: test/recordings) against this project's code
// and prints one table. Leaves with 1 when anything disagrees, cannot be checked, or when there is nothing to check.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { repositoryPath } from '../support/repository.js';
import { agrees, checkFile, detailText, type FileReport, recordingNames, tableText } from './runner.js';

/** npm starts scripts in the package's folder and says where the user was. */
const from = process.env['INIT_CWD'] ?? process.cwd();
const [argument, ...more] = process.argv.slice(2);
const directory = argument === undefined ? repositoryPath('test', 'recordings') : resolve(from, argument);

function run(): number {
	if (more.length > 0) return fail(`expected one folder, found ${more.length + 1}`);
	if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return fail(`${directory} is not a folder`);
	const names = recordingNames(directory);
	if (names.length === 0) return fail(`there are no recordings below ${directory}`);
	const reports: FileReport[] = [];
	for (const [index, name] of names.entries()) {
		process.stderr.write(`${index + 1}/${names.length} ${name}\n`);
		reports.push(checkFile(directory, name));
	}
	const details = detailText(reports);
	process.stdout.write(`${tableText(reports)}\n${details === '' ? '' : `\n${details}\n`}`);
	return reports.every(agrees) ? 0 : 1;
}

function fail(message: string): number {
	process.stderr.write(`conformance: ${message}\n`);
	return 1;
}

process.exitCode = run();
