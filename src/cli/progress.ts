// The progress line of long runs, on stderr and only where people look at it: nodes done, pod syncs a second, time left. It
// appears after half a second, is rewritten in place and is gone when the results are printed. Its times are wall-clock
// times; results have none.

import { formatCount } from '../report/number-format.js';
import type { OutputStream } from './system.js';

/** How far a run is. A node counts once per variant and replication. */
export interface RunProgress {
	/** Nodes whose simulation is complete. */
	readonly nodes: number;
	readonly allNodes: number;
	/** Pod syncs simulated so far. */
	readonly syncs: number;
	/** Part of the work that is done, 0 to 1. */
	readonly share: number;
}

/** A line that says how far a run is. */
export interface Progress {
	update(label: string, progress: RunProgress): void;
	/** Takes the line away. */
	end(): void;
}

const SHOW_AFTER_MS = 500;
const REDRAW_EVERY_MS = 100;
const BAR_WIDTH = 16;

function timeLeft(milliseconds: number): string {
	const seconds = Math.ceil(milliseconds / 1000);
	if (seconds < 90) return `${seconds} s left`;
	return seconds < 5_400 ? `${Math.round(seconds / 60)} min left` : `${(seconds / 3_600).toFixed(1)} h left`;
}

/** Syncs a second with three figures: `940 k`, `12.3 M`. */
function rateText(perSecond: number): string {
	if (perSecond < 1_000) return `${Math.round(perSecond)}`;
	const [value, unit] = perSecond < 1e6 ? [perSecond / 1e3, 'k'] : [perSecond / 1e6, 'M'];
	return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** The line as it stands after some milliseconds. */
export function progressLine(label: string, progress: RunProgress, elapsed: number): string {
	const { nodes, allNodes, syncs, share } = progress;
	const filled = Math.floor(BAR_WIDTH * share);
	const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
	const left = share > 0 ? `  ${timeLeft((elapsed / share) * (1 - share))}` : '';
	const rate = elapsed > 0 ? `  ${rateText((1000 * syncs) / elapsed)} syncs/s` : '';
	return `${bar} ${Math.floor(100 * share)} %  ${formatCount(nodes)} of ${formatCount(allNodes)} nodes${rate}${left}  ${label}`;
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
		update(label, progress) {
			const at = now();
			if (stream.isTTY !== true || at - started < SHOW_AFTER_MS || at - drawn < REDRAW_EVERY_MS) return;
			const line = progressLine(label, progress, at - started);
			stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
			drawn = at;
		},
		end() {
			if (drawn > 0) stream.write('\r\u001b[2K');
			drawn = 0;
		},
	};
}
