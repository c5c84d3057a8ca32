// The pure layers run in a browser as they are: they bundle without a module of Node or an npm package, and run in a context that has
// the JavaScript language and nothing else. `npm run test:browser` runs the same probe in headless Chromium.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY, repositoryPath } from '../support/repository.js';
import { bundle, foreignInputs } from './bundle.js';
import { probe } from './probe.js';

const PURE_LAYERS = ['core', 'kubernetes', 'apiserver', 'kubelet', 'projection', 'cluster', 'measure', 'analytic'];

/** Source files of the pure layers as import paths; projection's adapters are the edge. */
function pureFiles(): readonly string[] {
	return PURE_LAYERS.filter((layer) => existsSync(repositoryPath('src', layer))).flatMap((layer) =>
		readdirSync(repositoryPath('src', layer), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
			.map((entry) => `.${join(entry.parentPath, entry.name).slice(REPOSITORY.length)}`)
			.filter((path) => !path.startsWith('./src/projection/adapters/'))
			.sort(),
	);
}

/** Runs a script where only the language exists: no process, no timers, no console, no URL. */
function runBare(code: string): Record<string, unknown> {
	const context = createContext({});
	runInContext(code, context, { timeout: 60_000 });
	return context as Record<string, unknown>;
}

const test = suite('browser bundle');

test('every file of the pure layers bundles without Node and npm, and loads in a bare context', async () => {
	const files = pureFiles();
	assert.ok(files.length >= 40, `${files.length} files of pure layers found`);
	const whole = await bundle(files.map((file, index) => `export * as file${index} from '${file.replace(/\.ts$/, '.js')}';`).join('\n'));
	assert.equal(foreignInputs(whole), []);
	const { bundled } = runBare(whole.code);
	assert.is(Object.keys(bundled as object).length, files.length);
});

test('the probe gives the same text in Node and in a bare context', async () => {
	const { code } = await bundle(`export { probe } from './test/browser/probe.js';`);
	const context = runBare(`${code}\nglobalThis.text = bundled.probe();`);
	const text = probe();
	assert.ok(
		JSON.parse(text).variants.every((variant: { writes: number }) => variant.writes >= 4),
		text,
	);
	assert.is(context['text'], text);
});

test('the entry secretsim bundles without Node and npm', async () => {
	assert.equal(foreignInputs(await bundle(`export * from './src/index.js';`)), []);
});

test('a module of Node does not pass', async () => {
	try {
		await bundle(`export { readFileSync } from 'node:fs';`);
	} catch (error) {
		assert.match(String(error), /Could not resolve "node:fs"/);
		return;
	}
	throw new Error('esbuild bundled node:fs for a browser');
});

test('an npm package is reported as foreign', async () => {
	assert.match(foreignInputs(await bundle(`export { default } from 'picocolors';`)).join(), /picocolors/);
});

test.run();
