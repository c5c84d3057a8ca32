// One volume under recorded operations, on any adapter: applies writes' surroundings (outside damage) and reads the whole
// tree back in the words of the recordings. $ROOT, ..TS1, {{c*n}} are those of the recordings' own description.

import { type FileSystem, FileSystemError } from '../../src/projection/file-system.js';
import { exists, remove, removeAll } from '../../src/projection/go-file-tree.js';
import { compareStrings, joinPath } from '../../src/projection/go-path.js';
import type { PayloadFile } from '../../src/projection/payload.js';
import { collapseTokens, contentBytes, contentText, expandTokens, modeText, parseMode, RecordedObject } from './recording.js';

/** One line of a tree: path, kind, mode, content or target, owner if not root. */
export type TreeRow = readonly string[];

/** What a step left behind, as a recording writes it. */
export interface StepResult {
	readonly error: string | null;
	readonly permsCalls?: readonly string[];
	readonly tsChanged: boolean;
	readonly sameTree?: true;
	readonly tree?: readonly TreeRow[];
}

const TIMESTAMP = /\.\.20(?:2[1-9]|[3-9]\d)_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+/g;

/** A volume root on some file system, with the names that its timestamped directories have been given so far. */
export class VolumeTree {
	readonly fileSystem: FileSystem<Uint8Array>;
	readonly root: string;
	readonly #names = new Map<string, string>();
	#last: readonly TreeRow[];

	constructor(fileSystem: FileSystem<Uint8Array>, root: string) {
		this.fileSystem = fileSystem;
		this.root = root;
		this.#last = this.tree();
	}

	/** Replaces the root and the timestamped names by their recorded forms. */
	normalise(text: string): string {
		const named = text.replaceAll(this.root, '$ROOT').replace(TIMESTAMP, (name) => {
			if (!this.#names.has(name)) this.#names.set(name, `..TS${this.#names.size + 1}`);
			return this.#names.get(name) as string;
		});
		return collapseTokens(named);
	}

	/** Target of `..data`, empty when it is no link. */
	target(): string {
		try {
			return this.fileSystem.readlink(`${this.root}/..data`);
		} catch (error) {
			if (error instanceof FileSystemError) return '';
			throw error;
		}
	}

	/** Runs one step and describes what it left behind. */
	step(body: (permsCalls: string[]) => void): StepResult {
		const before = this.target();
		const permsCalls: string[] = [];
		let failed: string | null = null;
		try {
			body(permsCalls);
		} catch (error) {
			if (!(error instanceof Error) || error.name === 'RangeError' || error.name === 'TypeError') throw error;
			failed = this.normalise(error.message);
		}
		const tsChanged = this.target() !== before;
		const tree = this.tree();
		const same = JSON.stringify(tree) === JSON.stringify(this.#last);
		this.#last = tree;
		return {
			error: failed,
			...(permsCalls.length > 0 ? { permsCalls } : {}),
			tsChanged,
			...(same ? { sameTree: true } : { tree }),
		};
	}

	/** The whole tree, sorted by path. */
	tree(): readonly TreeRow[] {
		if (!exists(this.fileSystem, this.root)) return [['', 'missing']];
		for (const name of [...this.fileSystem.readdir(this.root)].sort(compareStrings)) if (TIMESTAMP.test(name)) this.normalise(name);
		const rows: TreeRow[] = [];
		this.#list(this.root, '.', rows);
		return rows.sort((a, b) => compareStrings(a[0] as string, b[0] as string));
	}

	#list(path: string, shown: string, rows: TreeRow[]): void {
		const { kind, mode, uid, gid } = this.fileSystem.lstat(path);
		const owner = uid === 0 && gid === 0 ? [] : [`${uid}:${gid}`];
		const name = this.normalise(shown);
		if (kind === 'link') rows.push([name, 'link', modeText(mode), this.normalise(this.fileSystem.readlink(path)), ...owner]);
		else if (kind === 'file') rows.push([name, 'file', modeText(mode), contentText(this.fileSystem.readFile(path)), ...owner]);
		else {
			rows.push([name, 'dir', modeText(mode), ...(owner.length > 0 ? ['', ...owner] : [])]);
			for (const entry of this.fileSystem.readdir(path)) this.#list(`${path}/${entry}`, shown === '.' ? entry : `${shown}/${entry}`, rows);
		}
	}

	/** Does an outside change of a recording: file, mkdir, symlink, remove, removeAll or chmod. */
	damage(fields: RecordedObject, operation: string): void {
		const path = joinPath(this.root, expandTokens(fields.string('path')).replaceAll('$CUR', this.target()));
		switch (operation) {
			case 'file': {
				const mode = parseMode(fields.string('mode'));
				this.fileSystem.writeFile(path, contentBytes(fields.optionalString('data') ?? ''), mode & 0o777);
				this.fileSystem.chmod(path, mode & 0o777);
				return;
			}
			case 'mkdir':
				this.fileSystem.mkdir(path, parseMode(fields.string('mode')) & 0o777);
				return;
			case 'symlink':
				this.fileSystem.symlink(fields.string('target'), path);
				return;
			case 'remove':
				remove(this.fileSystem, path);
				return;
			case 'removeAll':
				removeAll(this.fileSystem, path);
				return;
			case 'chmod':
				this.fileSystem.chmod(path, parseMode(fields.string('mode')) & 0o777);
				return;
			default:
				throw new TypeError(`unknown operation ${operation}`);
		}
	}
}

/** The files of a recorded payload, in the order in which they were given. */
export function recordedPayload(fields: RecordedObject): readonly PayloadFile<Uint8Array>[] {
	return fields.list('payload').map((entry) => {
		const file = new RecordedObject(entry, `${fields.where}: payload`);
		const fsUser = file.optionalNumber('fsUser');
		const read = {
			path: expandTokens(file.string('path')),
			mode: parseMode(file.string('mode')),
			content: contentBytes(file.string('data')),
			...(fsUser === undefined ? {} : { fsUser }),
		};
		file.end();
		return read;
	});
}

/** The result or the outcomes of a step: one of them has to be met. */
export function recordedResults(fields: RecordedObject): readonly StepResult[] {
	const single = fields.take('result');
	const results = single === undefined ? fields.list('outcomes') : [single];
	if (results.length === 0) throw new Error(`${fields.where}: a step without a result`);
	return results.map((result) => {
		const read = new RecordedObject(result, `${fields.where}: result`);
		for (const name of ['error', 'permsCalls', 'tsChanged', 'sameTree', 'tree']) read.take(name);
		read.end();
		return result as StepResult;
	});
}
