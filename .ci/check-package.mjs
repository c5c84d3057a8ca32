// What users would install: packs the built program as npm does, asks publint and attw about the tarball, unpacks it beside the
// dependencies and imports and starts it from there. Works offline after `npm ci`. Run it as `npm run check:package`.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

const repository = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'secretsim-package-'));

/** Runs a command, shows what it says, throws when it fails. */
function run(command, args, cwd = repository) {
	const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
	if (result.status !== 0) {
		process.stdout.write(`${result.stdout}${result.stderr}`);
		throw new Error(`${command} ${args.join(' ')} left with ${result.status ?? result.signal}`);
	}
	return result.stdout;
}

/** An executable of a development dependency. */
const bin = (name) => join(repository, 'node_modules/.bin', name);

/** Throws unless the tarball holds the program, its types and licence, and nothing of its tests or build. */
function checkFiles(files) {
	const wanted = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts', manifest.bin.secretsim];
	const missing = wanted.filter((file) => !files.includes(file));
	if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(', ')}`);
	const stray = files.filter((file) => /(^|\/)(test|bench|build|results|node_modules)\/|\.tsbuildinfo$|\.test\./.test(file));
	if (stray.length > 0) throw new Error(`the tarball holds ${stray.join(', ')}`);
}

try {
	const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', work]));
	const tarball = join(work, packed.filename);
	checkFiles(packed.files.map((file) => file.path));
	console.log(`${packed.filename}: ${packed.files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`);

	run(bin('publint'), ['run', tarball, '--strict']);
	console.log('publint: clean');
	run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji']);
	console.log('attw: clean');

	const installed = join(work, 'node_modules', manifest.name);
	mkdirSync(installed, { recursive: true });
	run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
	symlinkSync(join(repository, 'node_modules'), join(installed, 'node_modules'));
	for (const entry of Object.keys(manifest.exports).filter((path) => !path.endsWith('.json'))) {
		const name = entry.replace('.', manifest.name);
		const script = join(work, 'import.mjs');
		writeFileSync(script, `const m = await import(${JSON.stringify(name)}); console.log(Object.keys(m).sort().join(', '));`);
		const names = run(process.execPath, [script], work).trim();
		if (names === '') throw new Error(`import '${name}' exports nothing`);
		console.log(`import '${name}': ${names}`);
	}
	const command = join(installed, manifest.bin.secretsim);
	if (!existsSync(command)) throw new Error(`${manifest.bin.secretsim} is not in the tarball`);
	const version = run(process.execPath, [command, '--version'], work).trim();
	if (version !== manifest.version) throw new Error(`secretsim --version says ${version}, package.json ${manifest.version}`);
	console.log(`secretsim --version: ${version}`);
} finally {
	rmSync(work, { recursive: true, force: true });
}
