import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sameBytes } from '../../src/projection/adapters/real-directory.js';
import { AtomicWriter, CURRENT_WRITER, type WriterBehaviour } from '../../src/projection/atomic-writer.js';
import { type FileSystem, FileSystemError, observeFileSystem } from '../../src/projection/file-system.js';
import { InModelDirectory } from '../../src/projection/in-model-directory.js';
import type { PayloadFile } from '../../src/projection/payload.js';
import { InvalidPathError } from '../../src/projection/payload-path.js';

const test = suite('atomic writer');

function directory(): InModelDirectory<Uint8Array> {
	const fileSystem = new InModelDirectory<Uint8Array>(sameBytes);
	fileSystem.mkdir('/v', 0o755);
	return fileSystem;
}

function file(path: string, text: string, fsUser?: number): PayloadFile<Uint8Array> {
	return { path, mode: 0o644, content: new TextEncoder().encode(text), ...(fsUser === undefined ? {} : { fsUser }) };
}

function names(): () => string {
	let count = 0;
	return () => `..ts${++count}`;
}

function read(fileSystem: FileSystem<Uint8Array>, path: string): string {
	return new TextDecoder().decode(fileSystem.readFile(`/v/${path}`));
}

test('a missing directory is an error at once', () => {
	assert.throws(() => new AtomicWriter(directory(), '/gone', names()), /^stat \/gone: no such file or directory$/);
});

test('a bad path rejects the whole payload and touches nothing', () => {
	const fileSystem = directory();
	const writer = new AtomicWriter(fileSystem, '/v', names());
	assert.throws(
		() => writer.write([file('good', '1'), file('a/../b', '2')]),
		(error: unknown) => error instanceof InvalidPathError,
	);
	assert.equal(fileSystem.readdir('/v'), []);
});

test('releases before 1.30 leave a lost link lost', () => {
	const repaired = (behaviour: WriterBehaviour): boolean => {
		const fileSystem = directory();
		const writer = new AtomicWriter(fileSystem, '/v', names(), behaviour);
		writer.write([file('a', '1')]);
		fileSystem.unlink('/v/a');
		assert.is(writer.write([file('a', '1')]), 'unchanged');
		return fileSystem.readdir('/v').includes('a');
	};
	assert.is(repaired(CURRENT_WRITER), true);
	assert.is(repaired({ ...CURRENT_WRITER, writerRepairsLinks: false }), false);
});

test('releases before 1.36 leave links to root', () => {
	const owner = (behaviour: WriterBehaviour): number => {
		const fileSystem = directory();
		new AtomicWriter(fileSystem, '/v', names(), behaviour).write([file('token', '1', 1000)]);
		assert.is(fileSystem.stat('/v/token').uid, 1000);
		return fileSystem.lstat('/v/token').uid;
	};
	assert.is(owner(CURRENT_WRITER), 1000);
	assert.is(owner({ ...CURRENT_WRITER, writerChownsLinks: false }), 0);
});

test('releases before 1.27 publish before ownership is set: the callback is left to the plugin', () => {
	const calls: string[] = [];
	const behaviour = { ...CURRENT_WRITER, ownershipBeforePublication: false };
	new AtomicWriter(directory(), '/v', names(), behaviour).write([file('a', '1')], (name) => calls.push(name));
	assert.equal(calls, []);
	new AtomicWriter(directory(), '/v', names()).write([file('a', '1')], (name) => calls.push(name));
	assert.equal(calls, ['..ts1']);
});

test('a name that is taken is drawn again', () => {
	const fileSystem = directory();
	fileSystem.mkdir('/v/..ts1', 0o700);
	new AtomicWriter(fileSystem, '/v', names()).write([file('a', '1')]);
	assert.is(fileSystem.readlink('/v/..data'), '..ts2');
});

/** What a reader finds: the old files, the new ones, or something else. */
function visible(fileSystem: FileSystem<Uint8Array>): string {
	return ['a', 'b'].map((key) => read(fileSystem, `..data/${key}`)).join();
}

test('a crash or an error at any step leaves the old or the new version, whole, and the next write succeeds after a clean-up', () => {
	for (const kind of ['crash', 'error'] as const) {
		const outcomes: string[] = [];
		for (let stop = 0; ; stop++) {
			const fileSystem = directory();
			const next = names();
			new AtomicWriter(fileSystem, '/v', next).write([file('a', 'old'), file('b', 'old')]);
			let step = 0;
			const faulty = observeFileSystem(fileSystem, ({ operation, path }) => {
				if (step++ !== stop) return;
				if (kind === 'crash') throw new RangeError('killed');
				throw new FileSystemError(operation, 'EIO', path);
			});
			let failed = false;
			try {
				new AtomicWriter(faulty, '/v', next).write([file('a', 'new'), file('b', 'new')]);
			} catch {
				failed = true;
			}
			if (step <= stop) break;
			outcomes.push(visible(fileSystem));
			assert.ok(['old,old', 'new,new'].includes(visible(fileSystem)), `${kind} at step ${stop}: ${visible(fileSystem)}`);
			if (fileSystem.readdir('/v').includes('..data_tmp')) fileSystem.unlink('/v/..data_tmp');
			new AtomicWriter(fileSystem, '/v', next).write([file('a', 'newer'), file('b', 'newer')]);
			assert.is(visible(fileSystem), 'newer,newer');
			if (kind === 'crash') assert.ok(failed, `step ${stop} was swallowed`);
		}
		assert.ok(outcomes.includes('old,old') && outcomes.includes('new,new'), `${kind}: both sides of the swap were hit`);
		assert.ok(outcomes.length > 25, `${kind}: ${outcomes.length} steps`);
	}
});

test.run();
