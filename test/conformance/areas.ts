// The areas of recordings that this project's code is checked against, as a table: which recording an area covers and the
// function that checks it. A new kind of recording is a new row.

import type { Agreement } from './agreement.js';
import { atomicWriterAgreement } from './atomic-writer.js';
import { syscallAgreement } from './atomic-writer-syscalls.js';
import { backoffAgreement } from './backoff.js';
import { coldStartAgreement } from './coldstart.js';
import { costAgreement } from './cost.js';
import { delayFileAgreement, delayFileOf } from './delay-area.js';
import type { DelayFile } from './delay-runs.js';
import { environmentAgreement } from './environment.js';
import { pullAgreement, restartAgreement } from './f4-restart.js';
import { subPathAgreement } from './f4-subpath.js';
import { eventsAgreement } from './f5-events.js';
import { immutableAgreement } from './f6-immutable.js';
import { restartOfKubeletAgreement } from './f7-restart.js';
import { managersAgreement } from './managers.js';
import { payloadAgreement } from './payload.js';
import { referencesAgreement } from './references.js';
import { setupAgreement } from './setup.js';
import { syncGapAgreement } from './sync-gap.js';
import { timelineAgreement } from './timelines.js';
import { ttlControllerAgreement } from './ttl-controller.js';
import { validationAgreement } from './validation.js';

/** One file of recordings. */
export interface Recording {
	/** Absolute path. */
	readonly path: string;
	/** Path below the folder that is being checked, with forward slashes. */
	readonly name: string;
	/** Every JSON value of the file, its header first: the lines of a `.jsonl` file, the one document of a `.json` file. */
	readonly lines: readonly unknown[];
}

/** One kind of recording. */
export interface Area {
	readonly name: string;
	covers(recording: Recording): boolean;
	/** @throws Error for a field or kind that the area does not know. */
	check(recording: Recording): Agreement;
}

/** A component recording names its area in its header. */
function component(name: string, check: (lines: readonly unknown[]) => Agreement): Area {
	return {
		name,
		covers: ({ lines }) => headerOf(lines)['area'] === name,
		check: ({ lines }) => check(lines),
	};
}

/** A file of a delay run; three belong together. */
function delayRun(file: DelayFile): Area {
	return {
		name: `delay run: ${file}`,
		covers: ({ lines }) => delayFileOf(headerOf(lines)) === file,
		check: ({ path }) => delayFileAgreement(path, file),
	};
}

/** A recording without area, begin or kind: its description begins with its number. */
function numbered(name: string, beginning: string, check: (lines: readonly unknown[]) => Agreement): Area {
	return {
		name,
		covers: ({ lines }) => String(headerOf(lines)['what'] ?? '').startsWith(beginning),
		check: ({ lines }) => check(lines),
	};
}

/** The header of a recording: its first line. */
export function headerOf(lines: readonly unknown[]): Readonly<Record<string, unknown>> {
	const [header] = lines;
	return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : {};
}

/** The first line below the header. */
function secondOf(lines: readonly unknown[]): Readonly<Record<string, unknown>> {
	return headerOf(lines.slice(1));
}

/** Every area. The first one that covers a recording checks it. */
export const AREAS: readonly Area[] = [
	component('atomic-writer', (lines) => atomicWriterAgreement(lines)),
	component('atomic-writer-syscalls', (lines) => syscallAgreement(lines)),
	component('payload', payloadAgreement),
	component('setup', (lines) => setupAgreement(lines)),
	component('managers-get', (lines) => managersAgreement(lines, 'managers-get')),
	component('managers-cache', (lines) => managersAgreement(lines, 'managers-cache')),
	component('managers-watch', (lines) => managersAgreement(lines, 'managers-watch')),
	component('references', referencesAgreement),
	component('validation', validationAgreement),
	component('env', environmentAgreement),
	component('ttl-controller', ttlControllerAgreement),
	component('backoff', backoffAgreement),
	component('sync-gap', syncGapAgreement),
	delayRun('samples'),
	delayRun('gaps'),
	delayRun('load'),
	{
		name: 'scripted timelines',
		covers: ({ lines }) => headerOf(lines)['header'] === true && secondOf(lines)['begin'] === true,
		check: ({ lines }) => timelineAgreement(lines),
	},
	{
		name: 'timelines of delay runs',
		covers: ({ lines }) => {
			const { header, kind, nodes } = headerOf(lines) as { header?: unknown; kind?: unknown; nodes?: unknown };
			return header === true && kind !== undefined && nodes !== undefined && 'src' in secondOf(lines);
		},
		check: ({ lines }) => timelineAgreement(lines),
	},
	numbered('cost', 'R5: ', costAgreement),
	numbered('cold start', 'F3: ', coldStartAgreement),
	numbered('subPath', 'F4 (a)-(c)', subPathAgreement),
	numbered('restarts after an update', 'F4 (d): ', restartAgreement),
	numbered('restarts with an image pull', 'F4 (d), extra: ', pullAgreement),
	numbered('events', 'F5: ', eventsAgreement),
	numbered('immutable Secrets', 'F6: ', immutableAgreement),
	numbered('restart of a kubelet', 'F7: ', restartOfKubeletAgreement),
];
