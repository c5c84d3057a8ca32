// Conformance of subPath mounts, environment and restarts (F4 a to c, K20.28 to K20.30): the model replays the recorded syncs,
// and the recorded pods are put on real directories twice, with real bind mounts and with the hard links of this project's
// own volumes. Every creation of a container, every look into one and every snapshot is compared.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SECOND } from '../../src/core/time.js';
import type { PodSpec } from '../../src/kubernetes/objects.js';
import { expandedSubPath } from '../../src/kubernetes/sub-path.js';
import { SubPathError } from '../../src/mount/sub-path.js';
import { type Agreement, AgreementTally, type Disagreement, sameJson } from './agreement.js';
import { REAL_ARM_BLOCKED, REAL_BASE, withRecordedUmask } from './arms.js';
import { configMapAction, labBlock, nodeOfLine } from './lab-block.js';
import { subPathPod } from './lab-manifests.js';
import { type LabLine, type LabNode, type LabRecording, readLab } from './lab-recording.js';
import { mountsOf, recordedMounts, recordedTree, treeOf } from './pod-tree.js';
import { RecordedObject } from './recording.js';
import { type Binder, bindBinder, linkBinder, mountCommand } from './sub-path-binder.js';
import { type Look, SubPathPod } from './sub-path-pod.js';
import type { Action, Block } from './timeline-block.js';
import { workloadOf } from './timeline-plan.js';
import { blocksAgreement } from './timelines.js';

/** Recorded times begin with 0 for the first action. */
const SHIFT = 2 * SECOND;
/** A SetUp read its objects this long before it ended, at least. */
const READ_BEFORE_END = 0.0005;

/** A swap is logged within this time. */
const LOGGED_WITHIN = 0.02;

/** A way to put pods on disk. */
interface DiskArm {
	readonly name: string;
	readonly bind: Binder;
	/** Real mounts: snapshots and link counts are compared as well. */
	readonly mounts: boolean;
	readonly blocked: () => string | null;
	/** Why this way does not claim a pod; null when it does. */
	readonly excuse: (spec: PodSpec) => string | null;
}

/** This project's own volumes make no subPathExpr that needs the container's environment, and say so. */
function needsEnvironment({ containers }: PodSpec): string | null {
	const needed = containers.some(({ volumeMounts, env }) => volumeMounts.some((mount) => expandedSubPath(mount, env) === null));
	return needed ? 'its subPathExpr depends on the value of a Secret' : null;
}

const DISK_ARMS: readonly DiskArm[] = [
	{ name: 'real bind mounts', bind: bindBinder, mounts: true, blocked: mountsBlocked, excuse: () => null },
	{ name: 'hard links', bind: linkBinder, mounts: false, blocked: () => REAL_ARM_BLOCKED, excuse: needsEnvironment },
];

/** Why nothing can be mounted here; null when it can. */
export function mountsBlocked(): string | null {
	if (REAL_ARM_BLOCKED !== null) return REAL_ARM_BLOCKED;
	const directory = mkdtempSync(join(REAL_BASE, 'secretsim-mount-'));
	try {
		if (!mountCommand('mount', ['-t', 'tmpfs', 'tmpfs', directory])) return 'mount(8) is not allowed here';
		mountCommand('umount', [directory]);
		return null;
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Checks an `F4 (a)-(c)` recording. */
export function subPathAgreement(lines: readonly unknown[]): Agreement {
	const recording = readLab(lines);
	const model = blocksAgreement(recording.nodes.map((node) => subPathBlock(recording, node)));
	const tally = new AgreementTally();
	for (const arm of DISK_ARMS) {
		const blocked = arm.blocked();
		for (const node of recording.nodes) {
			for (const [pod, own] of podsOf(recording, node)) {
				const excuse = blocked ?? arm.excuse(specOf(node, pod));
				if (excuse !== null) tally.leaveOut(`${pod} on ${arm.name}: ${excuse}`);
				else tally.count(withRecordedUmask(() => replayOnDisk(arm, node, pod, own)));
			}
		}
	}
	const disks = tally.agreement;
	return {
		cases: model.cases + disks.cases,
		agreed: model.agreed + disks.agreed,
		disagreements: [...model.disagreements, ...disks.disagreements],
		notClaimed: disks.notClaimed,
		notes: model.notes ?? [],
	};
}

/** A node of the recording for the model. */
export function subPathBlock(recording: LabRecording, node: LabNode): Block {
	const lines = recording.lines.filter((line) => nodeOfLine(recording.nodes, line) === node.name);
	return labBlock(recording, node, {
		lines,
		actions: lines.flatMap((line) => configMapBeside(node, line)),
		manifestOf: (pod) => subPathPod(node.name, pod),
		shift: SHIFT,
		recorded: ['sync', 'volume', 'request', 'event', 'container'],
	});
}

/** The recorder writes a ConfigMap of the same name right after the Secret of the pod `-proj`. */
function configMapBeside(node: LabNode, line: LabLine): Action[] {
	if (line.fields['object'] !== `${node.name}-proj-s`) return [];
	const kind = line.what === 'create secret' ? 'createObject' : 'putObject';
	const at = Math.round(line.t * SECOND) + SHIFT + SECOND / 1000;
	return [configMapAction(at, kind, `${node.name}-proj-s`, line.fields['data'] as Record<string, string>)];
}

/** The lines that each pod and its Secret have, in time order. */
function podsOf(recording: LabRecording, node: LabNode): Map<string, LabLine[]> {
	const pods = new Map<string, LabLine[]>();
	for (const line of recording.lines) {
		if (line.src === 'driver' && line.what === 'create pod' && line.node === node.name) pods.set(line.pod, []);
	}
	for (const line of recording.lines) {
		const object = String(line.fields['object'] ?? '');
		for (const [pod, own] of pods) if (line.pod === pod || (line.src === 'driver' && secretOf(node, pod) === object)) own.push(line);
	}
	return pods;
}

function specOf(node: LabNode, pod: string): PodSpec {
	return workloadOf(subPathPod(node.name, pod)).template.spec;
}

function secretOf(node: LabNode, pod: string): string {
	return /-(mode|fsg|lim)$/.test(pod) ? `${node.name}-mode-s` : `${pod}-s`;
}

function replayOnDisk(arm: DiskArm, node: LabNode, name: string, lines: readonly LabLine[]): Disagreement | null {
	const directory = mkdtempSync(join(REAL_BASE, 'secretsim-subpath-'));
	chmodSync(directory, 0o755);
	const spec = specOf(node, name);
	const pod = new SubPathPod({ spec, directory, bind: arm.bind, tmpfs: arm.mounts });
	try {
		const replay = new DiskReplay(arm, pod, spec, directory, lines);
		for (const line of lines) {
			const difference = replay.take(line);
			if (difference !== null) return { id: `${name} on ${arm.name}`, input: line.fields, ...difference };
		}
		return null;
	} finally {
		pod.close();
		rmSync(directory, { recursive: true, force: true });
	}
}

interface Difference {
	readonly recorded: unknown;
	readonly ours: unknown;
}

class DiskReplay {
	readonly #arm: DiskArm;
	readonly #pod: SubPathPod;
	readonly #spec: PodSpec;
	readonly #directory: string;
	readonly #writes: readonly { readonly t: number; readonly data: ReadonlyMap<string, string> | null }[];
	readonly #setUps: readonly LabLine[];
	#environment: ReadonlyMap<string, string> = new Map();

	constructor(arm: DiskArm, pod: SubPathPod, spec: PodSpec, directory: string, lines: readonly LabLine[]) {
		this.#arm = arm;
		this.#pod = pod;
		this.#spec = spec;
		this.#directory = directory;
		this.#setUps = lines.filter(({ src, what }) => src === 'kubelet log' && what === 'SetUp succeeded');
		const written = lines.filter(({ src, what }) => src === 'driver' && / secret$/.test(what));
		this.#writes = written.map(({ t, what, fields }) => ({
			t,
			data: what === 'delete secret' ? null : new Map(Object.entries(fields['data'] as Record<string, string>)),
		}));
	}

	take({ src, t, what, volume, reason, message, fields }: LabLine): Difference | null {
		if (src === 'kubelet log' && what === 'SetUp succeeded') {
			const error = this.#pod.setUp(volume, this.#objects(t - READ_BEFORE_END));
			return error === null ? null : { recorded: 'SetUp succeeded', ours: error };
		}
		if (src === 'kubelet event' && reason === 'Failed' && message.includes('subPath')) return this.#failedCreation(message);
		if (src === 'runtime' && what === 'CreateContainer') return this.#creation(fields);
		if (src === 'runtime' && what === 'container sees') {
			return this.#sight(t, fields);
		}
		if (src === 'driver' && what === 'snapshot' && this.#arm.mounts) {
			const recorded = { files: recordedTree(fields['files'] as unknown[]), mounts: recordedMounts(fields['mounts'] as string[]) };
			const ours = { files: treeOf(this.#directory), mounts: mountsOf(this.#directory) };
			return sameJson(recorded, ours) ? null : { recorded, ours };
		}
		return null;
	}

	/** The pod's Secret and the ConfigMap beside it at an instant. */
	#objects(t: number): Map<string, ReadonlyMap<string, string>> {
		const objects = new Map<string, ReadonlyMap<string, string>>();
		const data = this.#writes.findLast((write) => write.t <= t)?.data ?? null;
		if (data === null) return objects;
		for (const { secret, configMap, projected } of this.#spec.volumes) {
			if (secret !== undefined) objects.set(`Secret/${secret.secretName}`, data);
			if (configMap !== undefined) objects.set(`ConfigMap/${configMap.name}`, data);
			for (const source of projected?.sources ?? []) if (source.secret !== undefined) objects.set(`Secret/${source.secret.name}`, data);
		}
		return objects;
	}

	/** The runtime may look between the swap and the line of the log that tells of it. */
	#sight(t: number, fields: Readonly<Record<string, unknown>>): Difference | null {
		const path = String(fields['containerPath']);
		const difference = this.#differ(fields['content'], this.#pod.look(path));
		if (difference === null) return null;
		for (const line of this.#setUps) {
			if (line.t >= t && line.t < t + LOGGED_WITHIN) this.#pod.setUp(line.volume, this.#objects(line.t - READ_BEFORE_END));
		}
		return this.#differ(fields['content'], this.#pod.look(path));
	}

	#creation(fields: Readonly<Record<string, unknown>>): Difference | null {
		this.#environment = new Map(fields['env'] as [string, string][]);
		const ours = this.#pod.create(this.#environment);
		for (const value of fields['mounts'] as unknown[]) {
			const mount = new RecordedObject(value, 'mount');
			const path = mount.string('containerPath');
			const difference = this.#differ(mount.take('content'), ours.get(path) ?? { directory: {} });
			if (difference !== null) return difference;
		}
		return ours.size === (fields['mounts'] as unknown[]).length ? null : { recorded: fields['mounts'], ours: [...ours] };
	}

	#failedCreation(message: string): Difference | null {
		try {
			return { recorded: message, ours: [...this.#pod.create(this.#environment)] };
		} catch (error) {
			if (!(error instanceof SubPathError)) throw error;
			const ours = `Error: ${error.message}`;
			return ours === message ? null : { recorded: message, ours };
		}
	}

	/** Inodes have numbers of their own here; hard links count as links. */
	#differ(value: unknown, ours: Look): Difference | null {
		const recorded = new RecordedObject(value, 'content');
		recorded.number('inode');
		const nlink = recorded.optionalNumber('nlink');
		const told = recorded.has('file')
			? { file: recorded.string('file'), ...(this.#arm.mounts ? { nlink } : {}) }
			: { directory: Object.fromEntries(recorded.strings('directory')) };
		recorded.end();
		const seen = 'file' in ours && !this.#arm.mounts ? { file: ours.file } : ours;
		return sameJson(told, seen) ? null : { recorded: told, ours: seen };
	}
}
