import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AtomicWriter } from '../../src/projection/atomic-writer.js';
import type { PayloadFile } from '../../src/projection/payload.js';
import { READ_ONLY_MASK, setVolumeOwnership } from '../../src/projection/volume-ownership.js';
import { ARMS, REAL_ARM_BLOCKED, withRecordedUmask } from '../conformance/arms.js';
import { replayNames } from '../conformance/atomic-writer.js';
import { modeText, RecordedObject } from '../conformance/recording.js';
import { type StepResult, VolumeTree } from '../conformance/volume-tree.js';

const test = suite('the three adapters agree');

type Step =
	| { readonly kind: 'write'; readonly files: readonly PayloadFile<Uint8Array>[]; readonly fsGroup: boolean }
	| { readonly kind: 'damage'; readonly damage: Readonly<Record<string, string>> };

const top = fc.constantFrom('a', 'b', 'c', '.h', '..data', '..data_tmp', 'extra');
const path = fc.constantFrom('a', 'b', 'c', '.h', 'a/x', 'a/y', 'b/x/k', 'c/d/e', './b', 'b//x', 'a/..z', '.', '../a', '/a', '');
const mode = fc.constantFrom(0o644, 0o400, 0o600, 0o777, 0, 0o2755);
const file: fc.Arbitrary<PayloadFile<Uint8Array>> = fc
	.tuple(path, mode, fc.constantFrom('', '1', '2'), fc.constantFrom(undefined, undefined, 1000))
	.map(([at, bits, text, fsUser]) => ({
		path: at,
		mode: bits,
		content: new TextEncoder().encode(text),
		...(fsUser === undefined ? {} : { fsUser }),
	}));
const write: fc.Arbitrary<Step> = fc.record({
	kind: fc.constant('write' as const),
	files: fc.uniqueArray(file, { selector: (one) => one.path, maxLength: 4 }),
	fsGroup: fc.boolean(),
});
const damage: fc.Arbitrary<Step> = fc
	.oneof(
		fc.record({ op: fc.constantFrom('remove', 'removeAll'), path: top }),
		fc.record({ op: fc.constant('removeAll'), path: fc.constantFrom('$CUR', '$CUR/a', '..data/b') }),
		fc.record({
			op: fc.constant('file'),
			path: fc.oneof(top, fc.constantFrom('$CUR/extra', '..data/a')),
			data: fc.constant('mine'),
			mode: mode.map(modeText),
		}),
		fc.record({ op: fc.constant('mkdir'), path: top, mode: fc.constantFrom('0755', '0700', '0000') }),
		fc.record({ op: fc.constant('symlink'), path: top, target: fc.constantFrom('..gone', '..data/zz', '/elsewhere', '..data', 'a') }),
		fc.record({ op: fc.constant('chmod'), path: fc.constantFrom('$CUR/a', '$CUR', '.'), mode: fc.constantFrom('0700', '0755') }),
	)
	.map((fields) => ({ kind: 'damage', damage: fields as Record<string, string> }));

function replay(steps: readonly Step[], arm: (typeof ARMS)[number]): readonly StepResult[] {
	const { fileSystem, directory, close } = arm.open();
	try {
		const volume = new VolumeTree(fileSystem, directory);
		const next = replayNames('adapters');
		return steps.map((step) =>
			volume.step(() => {
				if (step.kind === 'damage') {
					const fields = new RecordedObject(step.damage, 'damage');
					volume.damage(fields, fields.string('op'));
					return;
				}
				const setOwner = (): void => setVolumeOwnership(fileSystem, directory, step.fsGroup ? 2000 : undefined, READ_ONLY_MASK, () => {});
				new AtomicWriter(fileSystem, directory, next).write(step.files, setOwner);
			}),
		);
	} finally {
		close();
	}
}

/** memfs checks the permission bits of directories even for root. */
function closedDirectory(step: Step): boolean {
	return step.kind === 'damage' && step.damage['op'] === 'mkdir' && step.damage['mode'] === '0000';
}

function compare(names: readonly string[], steps: readonly Step[]): void {
	const arms = ARMS.filter(({ name }) => names.includes(name));
	const [first, second] = arms.map((arm) => withRecordedUmask(() => replay(steps, arm)));
	assert.equal(first, second);
}

/** Bytes without a period that a piece of a file could have as well. */
function bytes(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

for (const { name, open } of ARMS) {
	test(`${name}: a file has its content, and neither less, nor more, nor another byte`, () => {
		const { fileSystem, directory, close } = open();
		try {
			const path = `${directory}/file`;
			for (const length of [0, 1, 511, 512, 513, 65_535, 65_536, 65_537, 200_000]) {
				const content = bytes(length);
				fileSystem.writeFile(path, content, 0o644);
				assert.ok(fileSystem.hasContent(path, content), `${length} bytes`);
				assert.equal(fileSystem.readFile(path).length, length);
				const others = [bytes(length + 1), ...(length > 0 ? [bytes(length - 1)] : [])];
				for (const at of length > 0 ? [0, length >> 1, length - 1] : []) {
					const other = bytes(length);
					other[at] = (other[at] as number) ^ 1;
					others.push(other);
				}
				for (const other of others) assert.not(fileSystem.hasContent(path, other), `${length} bytes against ${other.length}`);
			}
			assert.throws(() => fileSystem.hasContent(`${directory}/none`, bytes(1)), /none: no such file or directory$/);
			fileSystem.mkdir(`${directory}/folder`, 0o755);
			assert.throws(() => fileSystem.hasContent(`${directory}/folder`, bytes(1)), /^read .*folder: is a directory$/);
		} finally {
			close();
		}
	});
}

const sequence = fc.array(fc.oneof({ weight: 2, arbitrary: write }, damage), { minLength: 2, maxLength: 8 });

test('memfs and in-model: same errors and same trees over random writes and damage', () => {
	const property = fc.property(sequence, (steps) =>
		compare(
			['memfs', 'in-model'],
			steps.filter((step) => !closedDirectory(step)),
		),
	);
	fc.assert(property, { seed: 7, numRuns: 1000 });
});

(REAL_ARM_BLOCKED === null ? test : test.skip)(
	'real directory and in-model: same errors and same trees over random writes and damage',
	() => {
		fc.assert(
			fc.property(sequence, (steps) => compare(['real', 'in-model'], steps)),
			{ seed: 11, numRuns: 700 },
		);
	},
);

test.run();
