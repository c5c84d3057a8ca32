// What the command line touches of the process it runs in: two streams, the environment and whether people look at
// them. Commands receive it, so that a test can run them with streams of its own.

import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The process around a command. */
export interface System {
	/** Results and nothing else. */
	readonly stdout: OutputStream;
	/** Progress, diagnostics and errors. */
	readonly stderr: OutputStream;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** The real process. */
export function processSystem(): System {
	return { stdout: process.stdout, stderr: process.stderr, env: process.env };
}

/**
 * Whether text for a stream may carry colour codes: only for a terminal, never with `--no-color`, a non-empty
 * `NO_COLOR` (no-color.org) or `TERM=dumb`; `FORCE_COLOR` overrides that the stream is no terminal.
 */
export function wantsColor(stream: OutputStream, env: System['env'], option: boolean): boolean {
	if (!option || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
	const forced = env['FORCE_COLOR'];
	if (forced !== undefined && forced !== '') return forced !== '0';
	return stream.isTTY === true;
}

function isClosedPipe(error: unknown): boolean {
	return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}

/**
 * Writes text to a stream, waiting whenever its buffer is full. When the reader has gone (`| head`), the rest is
 * dropped without an error: whoever closed the pipe has what they wanted.
 *
 * @returns false when the reader has gone.
 */
export async function writeText(stream: OutputStream, text: string | Iterable<string | Uint8Array>): Promise<boolean> {
	for (const chunk of typeof text === 'string' ? [text] : text) {
		if (stream.destroyed || stream.errored !== null) return false;
		try {
			const failed = new Promise<Error | null | undefined>((resolve) => {
				if (stream.write(chunk, (error) => resolve(error))) resolve(null);
			});
			const ready = stream.writableNeedDrain ? Promise.race([once(stream, 'drain').then(() => null), failed]) : failed;
			const error = await ready;
			if (error) throw error;
		} catch (error) {
			if (isClosedPipe(error)) return false;
			throw error;
		}
	}
	return true;
}

/** Keeps a closed pipe from becoming an uncaught exception; every other stream error stays one. */
export function ignoreClosedPipe(stream: OutputStream): void {
	stream.on('error', (error) => {
		if (!isClosedPipe(error)) throw error;
	});
}
