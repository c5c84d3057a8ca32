// Who made a directory, and whether that process still lives: process number, time of its start and process namespace, so
// that a number that was given to another process, or one of another container on a shared tmpfs, is not mistaken for it.

import { readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { errorCode } from '../projection/adapters/real-directory.js';

/** A process, as far as it can be told from others. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Start of the process in clock ticks since boot; null where there is no /proc. */
	readonly started: string | null;
	/** Namespace in which `pid` counts; null where there is no /proc. */
	readonly namespace: string | null;
}

function startOf(pid: number): string | null {
	try {
		const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name of the command, in parentheses, may hold anything: fields are counted after its end. Field 22 is the start.
		return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? null;
	} catch {
		return null;
	}
}

function ownNamespace(): string | null {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch {
		return null;
	}
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
	return { pid: process.pid, started: startOf(process.pid), namespace: ownNamespace() };
}

/**
 * Whether a process lives.
 *
 * @param readStart reads the start of a process, null when it cannot. Default: from /proc.
 * @returns `unknown` when it counts in a namespace that cannot be looked into, or when what /proc says of it cannot be read: whoever has
 * no file left to open must not take others for dead.
 */
export function livenessOf(identity: ProcessIdentity, readStart: (pid: number) => string | null = startOf): 'alive' | 'gone' | 'unknown' {
	if (identity.namespace !== ownNamespace()) return 'unknown';
	if (!exists(identity.pid)) return 'gone';
	if (identity.started === null) return 'alive';
	const start = readStart(identity.pid);
	if (start !== null) return start === identity.started ? 'alive' : 'gone';
	return exists(identity.pid) ? 'unknown' : 'gone';
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return errorCode(error) === 'EPERM';
	}
}

/** Reads an identity out of parsed JSON; null when it is none. */
export function parseIdentity(value: unknown): ProcessIdentity | null {
	if (typeof value !== 'object' || value === null) return null;
	const { pid, started, namespace } = value as Readonly<Record<string, unknown>>;
	const isText = (part: unknown): part is string | null => part === null || typeof part === 'string';
	if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || !isText(started) || !isText(namespace)) return null;
	return { pid: pid as number, started, namespace };
}
