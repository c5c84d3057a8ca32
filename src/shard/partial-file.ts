// The partial result of one shard as a file (`secretsim.partial-file/v1`, described in docs/fleets.md): gzip of two lines of
// JSON and the bytes of all arrays. The first line says what it is of, so that `secretsim merge` can tell what is missing,
// twice there or foreign before it reads the rest.

import { constants, gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import type { Partial } from '../measure/partial.js';
import { arrayText, valueOfArrayText } from './array-text.js';
import { ShardFileError } from './shard-file-error.js';
import { withoutSharedFacts } from './shared-facts.js';
import type { ShardNumber } from './work.js';

const SCHEMA = 'secretsim.partial-file/v1';
const ENDING = '.partial.gz';
const NEW_LINE = 10;
/** Compressed bytes that hold the first line for certain. */
const HEAD_BYTES = 65_536;
/** Compression of mostly empty load series: higher levels take several times as long for a few per cent. */
const LEVEL = 4;

/** What a partial result is of. */
export interface PartialFileHeader {
	/** Version of the program that simulated it. */
	readonly version: string;
	/** The command line of the single run of which it is a part. */
	readonly command: string;
	readonly planDigest: string;
	readonly shard: ShardNumber;
}

interface WrittenHeader extends Omit<PartialFileHeader, 'version'> {
	readonly schema: string;
	readonly program: { readonly version: string };
}

/** A file that has been opened: its header is known, the rest is read when it is asked for. */
export interface OpenedPartial extends PartialFileHeader {
	readonly path: string;
	/** @throws ShardFileError when the rest is damaged. */
	partial(): Partial;
}

/** Name of a shard's file: `<study>-shard-07-of-64.partial.gz`. @param study the scenario's name as a file name. */
export function partialFileName(study: string, { index, count }: ShardNumber): string {
	return `${study}-shard-${String(index).padStart(String(count - 1).length, '0')}-of-${count}${ENDING}`;
}

/** Whether a file of a folder is a partial result. */
export function isPartialFile(name: string): boolean {
	return name.endsWith(ENDING) && !name.startsWith('.');
}

/** The bytes of a partial result's file. */
export function partialFileBytes(partial: Partial, { version, command, planDigest, shard }: PartialFileHeader): Uint8Array {
	const header: WrittenHeader = { schema: SCHEMA, program: { version }, command, planDigest, shard };
	const { text, arrays } = arrayText(withoutSharedFacts(partial));
	return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n${text}\n`), ...arrays]), { level: LEVEL });
}

/**
 * Opens a partial result's file: reads what it is of.
 *
 * @param path for messages.
 * @throws ShardFileError when the bytes are none.
 */
export function openPartial(bytes: Uint8Array, path: string): OpenedPartial {
	const head = unpacked(bytes.subarray(0, HEAD_BYTES), path, { finishFlush: constants.Z_SYNC_FLUSH });
	const { program, command, planDigest, shard } = headerOf(head.toString('utf8', 0, Math.max(0, head.indexOf(NEW_LINE))), path);
	return {
		version: program.version,
		command,
		planDigest,
		shard,
		path,
		partial: () => {
			const whole = unpacked(bytes, path, {});
			const first = whole.indexOf(NEW_LINE);
			const second = whole.indexOf(NEW_LINE, first + 1);
			try {
				return valueOfArrayText(whole.toString('utf8', first + 1, second), whole.subarray(second + 1)) as Partial;
			} catch (error) {
				const what = error instanceof SyntaxError ? 'its text is no JSON' : (error as Error).message;
				throw new ShardFileError(`${path} is damaged: ${what}`);
			}
		},
	};
}

function unpacked(bytes: Uint8Array, path: string, options: ZlibOptions): Buffer {
	try {
		return gunzipSync(bytes, options);
	} catch (error) {
		throw new ShardFileError(`${path} is no partial result, or is damaged: ${(error as Error).message}`);
	}
}

function headerOf(line: string, path: string): WrittenHeader {
	try {
		const header = JSON.parse(line) as WrittenHeader;
		const { index, count } = header.shard;
		if (header.schema === SCHEMA && Number.isInteger(index) && Number.isInteger(count) && typeof header.program.version === 'string')
			return header;
	} catch {
		// Told below: what stands there is not quoted.
	}
	throw new ShardFileError(`${path} is no ${SCHEMA}`);
}
