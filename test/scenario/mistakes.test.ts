// Every folder of test/scenario/mistakes is a scenario with mistakes; its whole message is kept in test/golden/mistakes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputError } from '../../src/scenario/input-error.js';
import type { InputFiles } from '../../src/scenario/input-files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { nodeFiles } from '../../src/scenario/node-files.js';
import { golden } from '../support/golden.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('mistakes');
const FOLDER = repositoryPath('test', 'scenario', 'mistakes');
/** The value of every Secret in the mistakes. */
const CANARY = 'hunter2';

/** The files of one mistake, named as a user in its folder would name them. */
function filesOf(name: string): InputFiles {
	const at = (path: string): string => `${FOLDER}/${name}/${path}`;
	return {
		kindOf: (path) => nodeFiles.kindOf(at(path)),
		readText: (path) => nodeFiles.readText(at(path)),
		list: (path) => nodeFiles.list(at(path)),
	};
}

function settingsOf(name: string): string[] {
	const file = `${FOLDER}/${name}/set.txt`;
	return existsSync(file)
		? readFileSync(file, 'utf8')
				.split('\n')
				.filter((line) => line !== '')
		: [];
}

async function mistake(name: string): Promise<InputError> {
	try {
		await loadScenario('scenario.yaml', { set: settingsOf(name) }, filesOf(name));
	} catch (error) {
		if (error instanceof InputError) return error;
		throw error;
	}
	throw new Error(`${name} was accepted`);
}

const names = readdirSync(FOLDER).sort();

test('there are at least 25 mistakes', () => {
	assert.ok(names.length >= 25, `${names.length}`);
});

for (const name of names) {
	test(name, async () => {
		const error = await mistake(name);
		assert.is(error.exitCode, 2);
		assert.not.match(error.message, CANARY);
		assert.not.match(JSON.stringify(error.problems), CANARY);
		golden(`mistakes/${name}.txt`, `${error.message}\n`);
	});
}

test.run();
