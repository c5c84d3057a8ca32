// The mistakes of the negative controls: what somebody could get wrong in the program, as an edit of its compiled code. Every
// row of the published numbers names the ones that it must notice; the tests of the laws use some of them as well.

import type { Mistake } from './mutant.js';

/** One mistake in words and as edits. */
export interface NamedMistake {
	readonly mistake: string;
	readonly edits: readonly Mistake[];
}

function oneEdit(mistake: string, file: string, find: string, replace: string): NamedMistake {
	return { mistake, edits: [{ file, find, replace }] };
}

/** The next sync is due exactly `syncFrequency` after the last one (K2.4), in both engines. */
export const NO_JITTER: NamedMistake = {
	mistake: 'resync without jitter',
	edits: [
		{ file: 'kubelet/pod-worker', find: 'return base + Math.floor((u * base) / 2);', replace: 'return base;' },
		{ file: 'kubelet/fast/resync-units', find: 'const jitter = settings.syncFrequency / 2;', replace: 'const jitter = 0;' },
		{
			file: 'kubelet/fast/resync-clock',
			find: 'this.#jitterPerUnit = syncFrequency / 2 / HIGH_BITS;',
			replace: 'this.#jitterPerUnit = 0;',
		},
		{
			file: 'kubelet/fast/resync-clock',
			find: 'Math.floor((drawLanes(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * this.#syncFrequency) / 2)',
			replace: '0',
		},
	],
};

/** A missing object fails the refresh of an optional volume as well (K7.1). */
export const MISSING_OPTIONAL_FAILS: NamedMistake = oneEdit(
	'a missing object is an error for optional volumes too',
	'projection/object-payload',
	"if (read.kind !== 'found' && !(read.kind === 'notFound' && selection.optional === true))",
	"if (read.kind !== 'found')",
);

/** `immutable: false` is accepted on an immutable object (A4). */
export const UNSETTING_ALLOWED: NamedMistake = oneEdit(
	'the field immutable can be taken back',
	'kubernetes/validation',
	'if (state.immutable !== true)',
	'if (false)',
);

/** Every pod that references an object has a watch of its own (K6). */
export const WATCH_PER_POD: NamedMistake = oneEdit(
	'one watch per pod instead of one per object and node',
	'kubelet/manager/watch',
	'let item = this.#items[object];\n        if (item === undefined) {',
	'let item;\n        if (item === undefined) {',
);

/** A sweep stops watches whose first list is still under way (K6). */
export const SWEEP_STOPS_UNSYNCED: NamedMistake = oneEdit(
	'an idle sweep stops reflectors whose first list is under way',
	'kubelet/manager/watch',
	'if (item.synced && now > item.lastAccess + this.#maxIdle)',
	'if (now > item.lastAccess + this.#maxIdle)',
);

/** The Watch strategy does not remember that an object is immutable, neither of a read nor from before the run (K6). */
export const IMMUTABLE_FORGOTTEN: NamedMistake = {
	mistake: 'the node goes on watching an immutable object',
	edits: [
		{ file: 'kubelet/manager/watch', find: 'if (item.object.immutable && !item.frozen)', replace: 'if (false)' },
		{
			file: 'kubelet/manager/watch',
			find: 'item.frozen = state.object?.immutable === true && Number.isFinite(state.lastRead);',
			replace: '',
		},
	],
};

/** A change of the pod's metadata starts no sync (K2.1). */
export const NOT_NUDGED: NamedMistake = oneEdit(
	'an annotation starts no sync',
	'kubelet/node',
	"this.#workers.trigger(pod, 'podChanged', at);",
	'',
);

/** A container that is created again keeps the file that it was bound to (K9). */
export const SUBPATH_NOT_BOUND_ANEW: NamedMistake = oneEdit(
	'a restarted container keeps its old subPath file',
	'kubelet/containers',
	'binding.fingerprint = file.content.fingerprint;',
	'binding.fingerprint ??= file.content.fingerprint;',
);

/** The boundary at 2,000 nodes is elsewhere (A7.1). */
export const WRONG_TTL_TABLE: NamedMistake = oneEdit(
	'a wrong boundary in the TTL table',
	'cluster/ttl-controller',
	'upAbove: 2_000, ttl: 60 * SECOND',
	'upAbove: 2_500, ttl: 60 * SECOND',
);

/** The writer puts new contents into the directory that readers see, and makes no new one (K8.1). */
export const WRITTEN_IN_PLACE: NamedMistake = {
	mistake: 'files written in place',
	edits: [
		{
			file: 'projection/atomic-writer',
			find: 'const name = this.#makeTimestampDirectory();',
			replace: "const name = current === '' ? this.#makeTimestampDirectory() : current;",
		},
		{
			file: 'projection/atomic-writer',
			find: "if (current !== '')\n            removeAll(",
			replace: 'if (false)\n            removeAll(',
		},
	],
};
