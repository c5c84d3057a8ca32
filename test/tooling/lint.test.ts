// The lint rules must bite: ambient time and randomness in a pure layer, thrown strings and forgotten promises are given to biome with
// the repository's own configuration.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

/** What biome reports: `file:line rule` for each finding. */
function findings(files: Readonly<Record<string, string>>): readonly string[] {
	const root = mkdtempSync(join(tmpdir(), 'secretsim-lint-'));
	try {
		for (const name of ['biome.json', '.gitignore']) copyFileSync(repositoryPath(name), join(root, name));
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(dirname(join(root, name)), { recursive: true });
			writeFileSync(join(root, name), text);
		}
		const biome = repositoryPath('node_modules/@biomejs/biome/bin/biome');
		const run = spawnSync(process.execPath, [biome, 'lint', '--error-on-warnings', '--max-diagnostics=none', '--reporter=github'], {
			cwd: root,
			encoding: 'utf8',
		});
		return [...(run.stdout + run.stderr).matchAll(/^::\w+ title=lint\/\w+\/(\w+),file=([^,]+),line=(\d+)/gm)].map(
			([, rule, file, line]) => `${file?.replace(`${root}/`, '')}:${line} ${rule}`,
		);
	} finally {
		rmSync(root, { recursive: true });
	}
}

const test = suite('lint rules');

/** One line each: what a pure layer must not say, and the rule that says so. */
const AMBIENT: readonly (readonly [line: string, rule: string])[] = [
	['export const a = (): number => Date.parse("2026");', 'noRestrictedGlobals'],
	['export const b = (): number => Math.random();', 'noJsRestrictedProperties'],
	['export const c = (): number => performance.timeOrigin;', 'noRestrictedGlobals'],
	['export const d = (): unknown => setTimeout(a, 1);', 'noRestrictedGlobals'],
	['export const e = (): unknown => setInterval(a, 1);', 'noRestrictedGlobals'],
	['export const f = (): unknown => process.argv;', 'noRestrictedGlobals'],
	['export const g = (): unknown => crypto.randomUUID();', 'noRestrictedGlobals'],
	['export const h = (): unknown => { const { random } = Math; return random(); };', 'noJsRestrictedProperties'],
	['export const i = (): number => Math.exp(1);', 'noJsRestrictedProperties'],
	['export const j = (): unknown => Buffer.from("x");', 'noRestrictedGlobals'],
	['export const k = (): unknown => import("node:fs");', 'noNodejsModules'],
	['export const l = (): unknown => new Date(0);', 'noRestrictedGlobals'],
	['export const m = (): unknown => globalThis;', 'noRestrictedGlobals'],
	['export const n = (): void => console.log(1);', 'noConsole'],
];

test('no clock, timer, process or randomness passes in any pure layer', () => {
	const text = `${AMBIENT.map(([line]) => line).join('\n')}\n`;
	const layers = ['core', 'kubernetes', 'apiserver', 'kubelet', 'projection', 'cluster', 'measure', 'analytic'];
	const report = findings(Object.fromEntries(layers.map((layer) => [`src/${layer}/ambient.ts`, text])));
	for (const layer of layers) {
		for (const [index, [line, rule]] of AMBIENT.entries()) {
			if (line.includes('Math.exp') && ['core', 'measure', 'analytic'].includes(layer)) continue;
			assert.ok(report.includes(`src/${layer}/ambient.ts:${index + 1} ${rule}`), `src/${layer}: ${rule} misses ${line}`);
		}
	}
});

test('the edge may use the clock and the process', () => {
	const text = 'export const now = (): unknown => [new Date(0), process.argv, performance.timeOrigin];\n';
	assert.equal(findings({ 'src/cli/clock.ts': text, 'src/projection/adapters/real.ts': text }), []);
});

// Not asked of tests: the rule mistakes fast-check's synchronous `assert` for a promise, and the runner fails on a lost rejection.
test('only Error objects are thrown, and the program forgets no promise', () => {
	const report = findings({
		'src/cli/throws.ts': "export function f(): void {\n\tthrow 'text';\n}\n",
		'test/throws.test.ts': 'export function f(): void {\n\tthrow null;\n}\n',
		'src/cli/floats.ts':
			'export async function load(): Promise<void> {\n\tawait Promise.resolve();\n}\nexport function f(): void {\n\tload();\n}\n',
	});
	for (const expected of [
		'src/cli/throws.ts:2 useThrowOnlyError',
		'test/throws.test.ts:2 useThrowOnlyError',
		'src/cli/floats.ts:5 noFloatingPromises',
	]) {
		assert.ok(report.includes(expected), `${expected} is missing in ${report.join('; ')}`);
	}
});

test.run();
