// The progress line of long runs, on stderr and only where people look at it. It appears after half a second, is
// rewritten in place and is gone when the results are printed. Its times are wall-clock times; results have none.

import type { OutputStream } from './system.js';

/** A line that says how far a run is. */
export interface Progress {
	update(label: string, done: number, total: number): void;
	/** Takes the line away. */
	end(): void;
}

const SHOW_AFTER_MS = 500;
const REDRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;

function timeLeft(milliseconds: number): string {
	const seconds = Math.ceil(milliseconds / 1000);
	return seconds < 90 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
}

/**
 * A progress line on a stream; it stays silent when the stream is no terminal.
 *
 * @param now reads a wall clock in milliseconds.
 */
export function progressOn(stream: OutputStream, now: () => number): Progress {
	const started = now();
	let drawn = 0;
	return {
		update(label, done, total) {
			const at = now();
			if (stream.isTTY !== true || at - started < SHOW_AFTER_MS || at - drawn < REDRAW_EVERY_MS) return;
			const filled = Math.floor((BAR_WIDTH * done) / total);
			const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
			const left = timeLeft(((at - started) / done) * (total - done));
			const line = `${bar} ${Math.floor((100 * done) / total)} %  ${left}  ${label}`;
			stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
			drawn = at;
		},
		end() {
			if (drawn > 0) stream.write('\r\u001b[2K');
			drawn = 0;
		},
	};
}
