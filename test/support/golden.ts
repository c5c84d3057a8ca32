// Golden files: what a program printed, kept in test/golden. `UPDATE_GOLDEN=1 npm test` writes them anew.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as assert from 'uvu/assert';
import { repositoryPath } from './repository.js';

/** Compares text with `test/golden/<name>`; fails when the file is missing or differs. */
export function golden(name: string, actual: string): void {
	const path = repositoryPath('test', 'golden', name);
	if (process.env['UPDATE_GOLDEN'] === '1') {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, actual);
		return;
	}
	if (!existsSync(path)) throw new Error(`golden file test/golden/${name} is missing; UPDATE_GOLDEN=1 npm test writes it`);
	assert.fixture(actual, readFileSync(path, 'utf8'), `differs from test/golden/${name}`);
}
