import { existsSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { studyManifests } from '../../src/shard/job-manifests.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('Containerfile');

/** Instructions with continued lines joined, comments left out. */
function instructions(): { readonly word: string; readonly rest: string }[] {
	return readFileSync(repositoryPath('Containerfile'), 'utf8')
		.replace(/\\\n/g, ' ')
		.split('\n')
		.filter((line) => line.trim() !== '' && !line.startsWith('#'))
		.map((line) => {
			const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
			if (word === undefined || rest === undefined) throw new Error(`no instruction: ${line}`);
			return { word, rest };
		});
}

/** Instructions of the image that is kept: those after the last FROM. */
function lastStage(): { readonly word: string; readonly rest: string }[] {
	const all = instructions();
	return all.slice(all.findLastIndex(({ word }) => word === 'FROM'));
}

test('the last stage is a small pinned image without tools to build', () => {
	const [from] = lastStage();
	assert.match(from?.rest ?? '', /^docker\.io\/library\/node:\d+-alpine$/);
	assert.is(lastStage().filter(({ word }) => word === 'RUN' || word === 'ADD').length, 0);
});

test('it runs as a numbered user who is not root, the one of the Job', () => {
	const users = lastStage().filter(({ word }) => word === 'USER');
	assert.is(users.length, 1);
	const [user, group] = (users[0]?.rest ?? '').split(':').map(Number);
	assert.ok(Number.isInteger(user) && (user as number) > 0);
	const job = studyManifests([], {
		name: 'x',
		namespace: null,
		shards: 1,
		parallelism: 1,
		image: 'i',
		cores: 1,
		memoryMiB: 1024,
		results: { claim: 'c' },
		planDigest: 'd',
		command: 'c',
	}).find((one) => one.kind === 'Job');
	assert.is(user, job?.kind === 'Job' ? job.spec.template.spec.securityContext.runAsUser : null);
	assert.is(group, job?.kind === 'Job' ? job.spec.template.spec.securityContext.fsGroup : null);
});

test('it starts the program, whose arguments the Job gives', () => {
	const stage = lastStage();
	const entry = JSON.parse(stage.find(({ word }) => word === 'ENTRYPOINT')?.rest ?? '[]') as string[];
	const { bin } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as { readonly bin: { readonly secretsim: string } };
	assert.equal(entry, ['node', `/opt/secretsim/${bin.secretsim}`]);
});

test('everything that it copies is in the repository and sent to the build', () => {
	const sent = readFileSync(repositoryPath('.dockerignore'), 'utf8').split('\n');
	assert.is(sent[0], '*', 'nothing is sent but what is named');
	const sources = instructions()
		.filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
		.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
	assert.ok(sources.length > 5);
	for (const source of sources) {
		assert.ok(existsSync(repositoryPath(source)), source);
		assert.ok(sent.includes(`!${source}`), `${source} is not sent to the build`);
	}
	for (const { rest } of instructions().filter(({ word }) => word === 'COPY')) assert.not.match(rest, /\.(env|git)\b/);
});

test.run();
