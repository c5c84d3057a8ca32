// Loads the built library into a realm of its own, as Jest does with tests: its Error and Uint8Array are not those of node:fs.
// Runs a volume through its life there and prints what it saw as JSON. Has to be started with --experimental-vm-modules.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

/** What @types/node does not declare without the flag. */
interface LinkedModule {
	link(linker: (specifier: string, from: { readonly identifier: string }) => Promise<LinkedModule>): Promise<void>;
	evaluate(): Promise<void>;
	setExport(name: string, value: unknown): void;
}
interface ModuleClasses {
	readonly SourceTextModule: new (code: string, options: object) => LinkedModule;
	readonly SyntheticModule: new (names: readonly string[], evaluate: (this: LinkedModule) => void, options: object) => LinkedModule;
}
const { SourceTextModule, SyntheticModule } = vm as unknown as ModuleClasses;

const results: unknown[] = [];
const context = vm.createContext({ process, Buffer, TextEncoder, TextDecoder, report: (value: unknown) => results.push(value) });
const loaded = new Map<string, LinkedModule>();

async function load(specifier: string, from: { readonly identifier: string }): Promise<LinkedModule> {
	const isFile = specifier.startsWith('.');
	const identifier = isFile ? new URL(specifier, from.identifier).href : specifier;
	const known = loaded.get(identifier);
	if (known) return known;
	const module = isFile ? sourceModule(identifier) : builtIn(identifier, (await import(identifier)) as Readonly<Record<string, unknown>>);
	loaded.set(identifier, module);
	return module;
}

function sourceModule(identifier: string): LinkedModule {
	return new SourceTextModule(readFileSync(fileURLToPath(identifier), 'utf8'), { context, identifier });
}

function builtIn(identifier: string, exports: Readonly<Record<string, unknown>>): LinkedModule {
	const names = Object.keys(exports);
	return new SyntheticModule(
		names,
		function () {
			for (const name of names) this.setExport(name, exports[name]);
		},
		{ context, identifier },
	);
}

const main = new SourceTextModule(
	`
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { SecretVolume } from '../../../src/volume.js';
const volume = await SecretVolume.create({ data: { a: 'one', bytes: new Uint8Array([1, 2]) }, defaultMode: 0o400 });
await volume.update({ a: 'two', b: 'new' });
report([readFileSync(volume.path + '/a', 'utf8'), readFileSync(volume.path + '/bytes').length]);
await volume.update({ b: null });
report(await volume.delete());
await volume.recreate({ a: 'three' });
const seen = volume.subPath('a');
await volume.restartContainer();
report(readFileSync(seen, 'utf8'));
writeFileSync(volume.path + '/..data_tmp', 'mine');
report(await volume.update({ a: 'four' }).catch((error) => [error instanceof Error, error.cause?.code]));
report(await volume.close());
report(await SecretVolume.create({ data: {}, directory: '/proc/none/v' }).catch((error) => error.name));
`,
	{ context, identifier: import.meta.url },
);
await main.link(load);
await main.evaluate();
process.stdout.write(JSON.stringify({ foreign: vm.runInContext('Error', context) !== Error, results }));
