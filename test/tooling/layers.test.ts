// The layer rules must bite: a small copy of the repository's shape, with forbidden imports added, is given to dependency-cruiser with
// the repository's own configuration. One run over many violations, so that the test stays quick.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

/** A tree that keeps every rule: one file a layer, each imported by the next. */
const CLEAN: Readonly<Record<string, string>> = {
	'core/time.ts': 'export const core = 1;',
	'kubernetes/objects.ts': `import { core } from '../core/time.js'; export const kubernetes = core;`,
	'apiserver/server.ts': `import { kubernetes } from '../kubernetes/objects.js'; export const apiserver = kubernetes;`,
	'measure/trace.ts': `import { core } from '../core/time.js'; export const measure = core;`,
	'projection/writer.ts': `import { kubernetes } from '../kubernetes/objects.js'; export const projection = kubernetes;`,
	'projection/adapters/real.ts': `import { statSync } from 'node:fs'; import { projection } from '../writer.js'; export const real = [statSync, projection];`,
	'kubelet/node.ts': `import { apiserver } from '../apiserver/server.js'; import { projection } from '../projection/writer.js';
		import { measure } from '../measure/trace.js'; export const kubelet = [apiserver, projection, measure];`,
	'cluster/simulate.ts': `import { kubelet } from '../kubelet/node.js'; export const simulate = kubelet;`,
	'analytic/law.ts': `import { core } from '../core/time.js'; export const law = core;`,
	'index.ts': `export { simulate } from './cluster/simulate.js'; export { law } from './analytic/law.js';`,
	'volume.ts': `export { real } from './projection/adapters/real.js';`,
	'cli/main.ts': `import { Command } from 'commander'; import { simulate } from '../index.js'; export const cli = [Command, simulate];`,
};

/** Violations reported for a tree, as `rule: from → to`. */
function violations(files: Readonly<Record<string, string>>): readonly string[] {
	const root = mkdtempSync(join(tmpdir(), 'secretsim-layers-'));
	try {
		for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) copyFileSync(repositoryPath(name), join(root, name));
		symlinkSync(repositoryPath('node_modules'), join(root, 'node_modules'));
		for (const [name, text] of Object.entries(files)) {
			const path = join(root, 'src', name);
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, text);
		}
		const cruise = repositoryPath('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
		const run = spawnSync(process.execPath, [cruise, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], {
			cwd: root,
			encoding: 'utf8',
			maxBuffer: 64 * 1024 * 1024,
		});
		const report = JSON.parse(run.stdout) as {
			summary: { error: number; violations: { rule: { name: string }; from: string; to: string }[] };
		};
		return report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
	} finally {
		rmSync(root, { recursive: true });
	}
}

const test = suite('layer rules');

test('a tree that keeps the layers has no violation', () => {
	assert.equal(violations(CLEAN), []);
});

const FORBIDDEN: readonly (readonly [file: string, text: string, expected: RegExp])[] = [
	[
		'core/reads-files.ts',
		`import { readFileSync } from 'node:fs'; export const x = readFileSync;`,
		/^pure-no-node: src\/core\/reads-files\.ts → fs/m,
	],
	['kubelet/uses-package.ts', `import pino from 'pino'; export const x = pino;`, /^pure-no-npm: src\/kubelet\/uses-package\.ts → .*pino/m],
	[
		'measure/type-of-package.ts',
		`import type { Command } from 'commander'; export type X = Command;`,
		/^pure-no-npm: src\/measure\/type-of-package\.ts/m,
	],
	[
		'core/knows-kubelet.ts',
		`import { kubelet } from '../kubelet/node.js'; export const x = kubelet;`,
		/^layer-core: src\/core\/knows-kubelet\.ts → src\/kubelet\/node\.ts/m,
	],
	[
		'core/type-of-kubelet.ts',
		`import type { kubelet } from '../kubelet/node.js'; export type X = typeof kubelet;`,
		/^layer-core: src\/core\/type-of-kubelet\.ts → src\/kubelet\/node\.ts/m,
	],
	[
		'kubernetes/knows-server.ts',
		`export { apiserver } from '../apiserver/server.js';`,
		/^layer-kubernetes: src\/kubernetes\/knows-server\.ts → src\/apiserver/m,
	],
	['apiserver/knows-node.ts', `export { kubelet } from '../kubelet/node.js';`, /^layer-apiserver: .*knows-node\.ts → src\/kubelet/m],
	['projection/knows-node.ts', `export { kubelet } from '../kubelet/node.js';`, /^layer-projection: .*knows-node\.ts → src\/kubelet/m],
	['kubelet/knows-cluster.ts', `export { simulate } from '../cluster/simulate.js';`, /^layer-kubelet: .*knows-cluster\.ts → src\/cluster/m],
	['analytic/knows-model.ts', `export { kubelet } from '../kubelet/node.js';`, /^layer-analytic: .*knows-model\.ts → src\/kubelet/m],
	['cluster/picks-adapter.ts', `export { real } from '../projection/adapters/real.js';`, /^pure-no-adapter: .*picks-adapter\.ts/m],
	['cluster/knows-cli.ts', `export { cli } from '../cli/main.js';`, /^nobody-imports-the-command-line: .*knows-cli\.ts/m],
	['cluster/loads-lazily.ts', `export const x = () => import('node:os');`, /^pure-no-node: src\/cluster\/loads-lazily\.ts → os/m],
	['kubelet/circle-a.ts', `import { b } from './circle-b.js'; export const a = () => b;`, /^no-cycles: src\/kubelet\/circle-a\.ts/m],
	[
		'kubelet/circle-b.ts',
		`import { a } from './circle-a.js'; export const b = () => a;`,
		/^no-cycles: src\/kubelet\/circle-a\.ts → src\/kubelet\/circle-b\.ts/m,
	],
	['core/nobody.ts', 'export const alone = 1;', /^no-orphans: src\/core\/nobody\.ts/m],
	['cli/uses-tests.ts', `export { suite } from 'uvu';`, /^no-development-package-in-the-program: src\/cli\/uses-tests\.ts/m],
	['cli/lost.ts', `export { x } from './not-there.js';`, /^no-unresolvable: src\/cli\/lost\.ts/m],
];

test('each forbidden import is reported by its rule', () => {
	const added = Object.fromEntries(FORBIDDEN.map(([file, text]) => [file, text]));
	const entry = `${CLEAN['index.ts']} export { cli } from './cli/main.js';`;
	const report = violations({ ...CLEAN, ...added, 'index.ts': entry }).join('\n');
	for (const [file, , expected] of FORBIDDEN) assert.match(report, expected, `${file} is not reported in\n${report}`);
	assert.match(report, /^pure-entry: src\/index\.ts → src\/cli\/main\.ts/m);
});

test.run();
