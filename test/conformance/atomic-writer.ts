// Conformance of the atomic writer: recorded sequences of writes and outside damage, replayed on each arm; after every step
// error text (the cases of the upstream test table, K8.4, among them), callback calls, whether `..data` moved, and the complete tree have to be the recorded ones.

import { streamKey } from '../../src/core/random.js';
import { SECOND } from '../../src/core/time.js';
import { AtomicWriter } from '../../src/projection/atomic-writer.js';
import type { FileSystem } from '../../src/projection/file-system.js';
import { timestampNames } from '../../src/projection/timestamp-name.js';
import { READ_ONLY_MASK, setVolumeOwnership } from '../../src/projection/volume-ownership.js';
import { type Agreement, AgreementTally, type Disagreement, sameJson } from './agreement.js';
import { ARMS, type Arm, withRecordedUmask } from './arms.js';
import { parseMode, RecordedObject, sequencesOf } from './recording.js';
import { recordedPayload, recordedResults, VolumeTree } from './volume-tree.js';

/** Names of timestamped directories for a replay: 2026, counting seconds, so that the recordings' pattern knows them. */
export function replayNames(id: string): () => string {
	let now = 1_790_000_000 * SECOND;
	return timestampNames(() => (now += SECOND), streamKey(1, id));
}

/** Checks every sequence of an `atomic-writer` recording on every arm; a case is one sequence on one arm. */
export function atomicWriterAgreement(lines: readonly unknown[], arms: readonly Arm[] = ARMS): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'atomic-writer')) {
		for (const arm of arms) {
			const id = `${String((line as { id?: unknown }).id)} (${arm.name})`;
			const excuse = arm.excuse(id);
			if (excuse === null) tally.count(withRecordedUmask(() => replay(line, id, arm)));
			else tally.leaveOut(`atomic-writer ${id}: ${excuse}`);
		}
	}
	return tally.agreement;
}

function replay(line: unknown, id: string, arm: Arm): Disagreement | null {
	const fields = new RecordedObject(line, `atomic-writer ${id}`);
	for (const name of ['id', 'kind']) fields.string(name);
	fields.optionalString('note');
	const steps = fields.list('steps');
	fields.end();
	const { fileSystem, directory, close } = arm.open();
	try {
		const volume = new VolumeTree(fileSystem, directory);
		const names = replayNames(id);
		for (const [index, step] of steps.entries()) {
			const operation = new RecordedObject(step, `${fields.where} step ${index}`);
			const recorded = recordedResults(operation);
			const ours = volume.step((permsCalls) => doOperation(volume, operation, names, permsCalls));
			operation.end();
			if (!recorded.some((result) => sameJson(result, ours))) return { id: `${id} [${index}]`, input: line, recorded, ours };
		}
		return null;
	} finally {
		close();
	}
}

/** Does one operation of a sequence; also used for what precedes a traced write. */
export function doOperation(volume: VolumeTree, operation: RecordedObject, names: () => string, permsCalls: string[]): void {
	const kind = operation.string('op');
	if (kind !== 'write') {
		volume.damage(operation, kind);
		return;
	}
	const files = recordedPayload(operation);
	const setPermissions = recordedPermissions(volume.fileSystem, volume.root, operation.take('perms'), operation.where);
	const writer = new AtomicWriter(volume.fileSystem, volume.root, names);
	writer.write(
		files,
		setPermissions &&
			((name) => {
				permsCalls.push(volume.normalise(name));
				setPermissions(name);
			}),
	);
}

function recordedPermissions(
	fileSystem: FileSystem<Uint8Array>,
	root: string,
	recorded: unknown,
	where: string,
): ((directoryName: string) => void) | undefined {
	if (recorded === undefined) return undefined;
	const fields = new RecordedObject(recorded, `${where}: perms`);
	const kind = fields.string('kind');
	const text = fields.optionalString('text');
	const mode = fields.optionalString('mode');
	const gid = fields.optionalNumber('gid');
	fields.end();
	switch (kind) {
		case 'note':
			return () => {};
		case 'fail':
			return () => {
				throw new Error(text);
			};
		case 'chmod':
			return (name) => fileSystem.chmod(`${root}/${name}`, parseMode(mode as string) & 0o777);
		case 'fsGroup':
			return () => setVolumeOwnership(fileSystem, root, gid, READ_ONLY_MASK, () => {});
		default:
			throw new TypeError(`${where}: unknown kind of perms ${kind}`);
	}
}
