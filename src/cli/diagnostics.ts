// Diagnostics with pino on stderr: one JSON line per message, stamped with virtual time and never with the wall clock, so
// that two runs give the same lines. The model knows no logger; its trace events are logged here when the level asks.

import type pino from 'pino';
import type { TraceEvent, TraceKind, TraceSink } from '../measure/trace.js';
import type { LogLevel } from './log-level.js';

/** Trace events that `debug` shows; `trace` shows all. */
const MILESTONES: ReadonlySet<TraceKind> = new Set<TraceKind>([
	'write',
	'writeRejected',
	'setUpFailed',
	'refreshLost',
	'swap',
	'settled',
	'tornDown',
	'containerStarted',
	'containerDied',
	'event',
	'kubelet',
]);

/** A logger whose clock is the virtual time of what it logs. */
export interface Diagnostics {
	readonly log: pino.Logger;
	/** A sink for one unit's trace events; undefined when the level does not ask for any. */
	traceSink(bindings: Readonly<Record<string, string | number>>): TraceSink | undefined;
}

/**
 * Opens the diagnostics.
 *
 * @param write receives whole lines; stderr by default of the command.
 */
export async function openDiagnostics(level: LogLevel, write: (line: string) => void): Promise<Diagnostics> {
	const { default: createLogger } = await import('pino');
	let simMicros = 0;
	const log = createLogger(
		{
			level,
			base: null,
			timestamp: () => `,"simSeconds":${simMicros / 1_000_000},"simNs":${simMicros === 0 ? 0 : `${simMicros}000`}`,
			formatters: { level: (label) => ({ level: label }) },
			// The model's events carry no values; this is the second belt.
			redact: { paths: ['data', 'stringData', 'binaryData', '*.data', '*.stringData', '*.binaryData'], censor: '[redacted]' },
		},
		{ write },
	);
	return {
		log,
		traceSink(bindings) {
			if (!log.isLevelEnabled('debug')) return undefined;
			const all = log.isLevelEnabled('trace');
			const child = log.child(bindings);
			return (event: TraceEvent) => {
				const milestone = MILESTONES.has(event.kind);
				if (!all && !milestone) return;
				const { at, ...fields } = event;
				simMicros = at;
				if (milestone) child.debug(fields, event.kind);
				else child.trace(fields, event.kind);
			};
		},
	};
}
