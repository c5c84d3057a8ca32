#!/usr/bin/env node
// `npm run record`: builds the recorder of this folder against a Kubernetes release and records what the real code does.
// Needs Go and the network of Go modules, `strace` for the system calls of the atomic writer, and root for modes and owners;
// tests and CI need none of it. Works in a temporary copy, so that neither go.mod nor the recordings of the tests change.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
/** The release that the recorder was written against; its go.mod files name it. */
const WRITTEN_FOR = '1.36.3';
/** Areas by program; the third program, e2e, is run by hand (recorder/e2e/README.md). */
const AREAS = {
	components: ['atomic-writer', 'atomic-writer-syscalls', 'managers', 'validation', 'payload', 'ttl-controller', 'backoff', 'sync-gap'],
	periphery: [
		'service-account-admission',
		'env',
		'node-authorizer',
		'rbac',
		'encryption',
		'quota',
		'token-refresh',
		'static-pods',
		'kustomize',
		'dockerconfig',
	],
};
const HELP = `Records what the code of a Kubernetes release does, with the Go programs in test/recordings/recorder.

Usage: npm run record -- [--kubernetes VERSION] [--area NAME]... [--out DIR] [--seed N]

  --kubernetes VERSION  release to build against, for example 1.36.3 (default)
  --area NAME           one area, repeatable (default: all of components)
                        components: ${AREAS.components.slice(0, 4).join(', ')},
                          ${AREAS.components.slice(4).join(', ')}
                        periphery:  ${AREAS.periphery.slice(0, 4).join(', ')},
                          ${AREAS.periphery.slice(4).join(', ')}
  --out DIR             where the recordings go (default: ./recorded)
  --seed N              seed of the random sequences (default 1)
  --help                this text

Whole kubelets (delays, timelines) are recorded by recorder/e2e, see its README.
Compare what was recorded with the model:
  npm run conformance -- recorded

Exit codes: 0 recorded, 2 wrong input or a missing tool, 3 the recorder failed.
`;

function refuse(message) {
	process.stderr.write(`record: ${message}\nTry: npm run record -- --help\n`);
	process.exit(2);
}

function readOptions() {
	try {
		const { values } = parseArgs({
			options: {
				kubernetes: { type: 'string', default: WRITTEN_FOR },
				area: { type: 'string', multiple: true, default: [] },
				out: { type: 'string', default: 'recorded' },
				seed: { type: 'string', default: '1' },
				help: { type: 'boolean', default: false },
			},
		});
		return values;
	} catch (error) {
		return refuse(error.message);
	}
}

function checkOptions({ kubernetes, area, out, seed }) {
	if (!/^1\.\d{1,3}\.\d{1,3}$/.test(kubernetes)) refuse(`--kubernetes ${kubernetes}: expected a release with its patch, for example ${WRITTEN_FOR}`);
	if (!/^\d+$/.test(seed)) refuse(`--seed ${seed}: expected a whole number`);
	const known = [...AREAS.components, ...AREAS.periphery];
	for (const name of area) if (!known.includes(name)) refuse(`--area ${name}: unknown area; known are ${known.join(', ')}`);
	const target = resolve(out);
	if (target === HERE || target.startsWith(`${HERE}/`)) refuse('--out: the recordings of the tests are not written over; record elsewhere and compare');
	return { target, areas: area.length > 0 ? area : AREAS.components };
}

function need(command, argument, why) {
	if (spawnSync(command, [argument], { stdio: 'ignore' }).error) refuse(`${command} is not installed: ${why}`);
}

function run(command, args, cwd, what) {
	process.stderr.write(`${what}\n`);
	const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
	if (error || status !== 0) throw new Error(`${what}: ${error ? error.message : `exit code ${status}`}`);
}

/** Copies a program and points it at the release: k8s.io/kubernetes v1.N.P, its staging modules v0.N.P. */
function prepare(program, work, kubernetes) {
	const folder = join(work, program);
	cpSync(join(HERE, 'recorder', program), folder, { recursive: true });
	if (kubernetes === WRITTEN_FOR) return folder;
	const modules = join(folder, 'go.mod');
	const text = readFileSync(modules, 'utf8')
		.replaceAll(`v${WRITTEN_FOR}`, `v${kubernetes}`)
		.replaceAll(`v0${WRITTEN_FOR.slice(1)}`, `v0${kubernetes.slice(1)}`);
	writeFileSync(modules, text);
	run('go', ['mod', 'tidy'], folder, `finding the modules of Kubernetes ${kubernetes}`);
	return folder;
}

function collect(from, target) {
	const files = existsSync(from) ? readdirSync(from, { recursive: true }).filter((name) => statSync(join(from, name)).isFile()) : [];
	for (const name of files) {
		const to = join(target, name);
		mkdirSync(dirname(to), { recursive: true });
		cpSync(join(from, name), to);
	}
	return files;
}

function record(program, areas, work, kubernetes, seed, target) {
	const folder = prepare(program, work, kubernetes);
	const flags = `-X main.kubernetesVersion=v${kubernetes}`;
	run('go', ['build', '-ldflags', flags, '-o', 'recorder', '.'], folder, `building ${program} for Kubernetes ${kubernetes} (minutes, the first time)`);
	const out = join(work, 'out', program);
	for (const area of areas) run(join(folder, 'recorder'), [area, '-seed', seed, '-out', out, '-holdout', '0'], folder, `recording ${area}`);
	return collect(join(out, 'visible'), target);
}

function main() {
	const options = readOptions();
	if (options.help) {
		process.stdout.write(HELP);
		return;
	}
	const { target, areas } = checkOptions(options);
	need('go', 'version', 'the recorder is written in Go (1.26 or newer)');
	if (areas.includes('atomic-writer-syscalls')) need('strace', '-V', 'the area atomic-writer-syscalls traces system calls');
	const work = mkdtempSync(join(tmpdir(), 'secretsim-record-'));
	try {
		for (const [program, all] of Object.entries(AREAS)) {
			const chosen = all.filter((area) => areas.includes(area));
			if (chosen.length === 0) continue;
			for (const file of record(program, chosen, work, options.kubernetes, options.seed, target)) process.stdout.write(`${join(target, file)}\n`);
		}
	} catch (error) {
		process.stderr.write(`record: ${error.message}\n`);
		process.exitCode = 3;
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

main();
