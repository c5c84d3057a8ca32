// Conformance of the volume plugins: recorded SetUps and TearDowns of real secret, configMap and projected plugins over
// changing objects, pod labels, tokens and outside damage, replayed on each arm with VolumePlugin.

import type { KeyToPath, ObjectKind, ObjectState, Volume, VolumeProjection } from '../../src/kubernetes/objects.js';
import { joinPath } from '../../src/projection/go-path.js';
import type { PayloadContext } from '../../src/projection/payload.js';
import { VolumePlugin } from '../../src/projection/volume-plugin.js';
import { type Agreement, AgreementTally, type Disagreement, sameJson } from './agreement.js';
import { ARMS, type Arm, withRecordedUmask } from './arms.js';
import { replayNames } from './atomic-writer.js';
import { bytesOf } from './payload.js';
import { RecordedObject, sequencesOf } from './recording.js';
import { recordedResults, VolumeTree } from './volume-tree.js';

/** Checks every sequence of a `setup` recording on every arm; a case is one sequence on one arm. */
export function setupAgreement(lines: readonly unknown[], arms: readonly Arm[] = ARMS): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'setup')) {
		for (const arm of arms) {
			const id = `${String((line as { id?: unknown }).id)} (${arm.name})`;
			const excuse = arm.excuse(id);
			if (excuse === null) tally.count(withRecordedUmask(() => replay(line, id, arm)));
			else tally.leaveOut(`setup ${id}: ${excuse}`);
		}
	}
	return tally.agreement;
}

/** The API objects, the pod and the token as they are at a step. */
class RecordedCluster {
	readonly #objects = new Map<string, ObjectState<Uint8Array>>();
	labels: ReadonlyMap<string, string> = new Map();
	token = 'token-1';
	tokenError = '';

	put(kind: ObjectKind, name: string, data: Record<string, Uint8Array>, binaryData: Record<string, Uint8Array>): void {
		const meta = { kind, namespace: 'ns', name, labels: {}, annotations: {}, type: '', immutable: undefined };
		this.#objects.set(`${kind}/${name}`, { ...meta, data, binaryData });
	}

	delete(kind: ObjectKind, name: string): void {
		this.#objects.delete(`${kind}/${name}`);
	}

	context(hasFsGroup: boolean, fsUser: number | undefined): PayloadContext<Uint8Array> {
		const text = (value: string): Uint8Array => new TextEncoder().encode(value);
		return {
			read: (kind, name) => {
				const state = this.#objects.get(`${kind}/${name}`);
				if (state) return { kind: 'found', state };
				return { kind: 'notFound', text: `${kind === 'Secret' ? 'secrets' : 'configmaps'} "${name}" not found` };
			},
			empty: text(''),
			text,
			token: (source) => (this.tokenError === '' ? text(this.token + (source.audience ?? '')) : { error: this.tokenError }),
			pod: {
				name: 'p',
				namespace: 'ns',
				uid: 'u',
				labels: Object.fromEntries(this.labels),
				annotations: {},
				hasFsGroup,
				uniformRunAsUser: fsUser,
			},
		};
	}
}

function replay(line: unknown, id: string, arm: Arm): Disagreement | null {
	const fields = new RecordedObject(line, `setup ${id}`);
	for (const name of ['id', 'kind']) fields.string(name);
	fields.optionalString('note');
	const volume = volumeOf(fields.take('volume'), fields.where);
	const fsGroup = fields.optionalNumber('fsGroup');
	const fsUser = fields.optionalNumber('fsUser');
	const nested = fields.list('nestedMounts') as string[];
	const steps = fields.list('steps');
	fields.end();
	const { fileSystem, directory, close } = arm.open();
	try {
		const tree = new VolumeTree(fileSystem, `${directory}/volume`);
		const volumeMounts = [
			{ name: volume.name, mountPath: '/v' },
			...nested.map((path, index) => ({ name: `n${index}`, mountPath: joinPath('/v', path) })),
		];
		const options = { fileSystem, directory: tree.root, newDirectoryName: replayNames(id), containers: [{ volumeMounts }], fsGroup };
		const plugin = new VolumePlugin(volume, options);
		const cluster = new RecordedCluster();
		const refresh = (): void => {
			const result = plugin.setUp(cluster.context(fsGroup !== undefined, fsUser));
			if (result.kind === 'failed') throw new Error(result.text);
		};
		for (const [index, step] of steps.entries()) {
			const operation = new RecordedObject(step, `${fields.where} step ${index}`);
			const recorded = recordedResults(operation);
			const ours = tree.step(() => doOperation(operation, tree, cluster, plugin, refresh));
			operation.end();
			if (!recorded.some((result) => sameJson(result, ours))) return { id: `${id} [${index}]`, input: line, recorded, ours };
		}
		return null;
	} finally {
		close();
	}
}

function doOperation(
	operation: RecordedObject,
	tree: VolumeTree,
	cluster: RecordedCluster,
	plugin: VolumePlugin<Uint8Array>,
	refresh: () => void,
): void {
	const kind = operation.string('op');
	switch (kind) {
		case 'secret':
			cluster.put('Secret', operation.string('name'), bytesOf(operation.strings('data')), {});
			return;
		case 'configMap':
			cluster.put('ConfigMap', operation.string('name'), bytesOf(operation.strings('data')), bytesOf(operation.strings('binaryData')));
			return;
		case 'deleteSecret':
			cluster.delete('Secret', operation.string('name'));
			return;
		case 'deleteConfigMap':
			cluster.delete('ConfigMap', operation.string('name'));
			return;
		case 'pod':
			cluster.labels = operation.strings('labels');
			return;
		case 'token':
			cluster.token = operation.optionalString('token') ?? '';
			cluster.tokenError = operation.optionalString('tokenError') ?? '';
			return;
		case 'setUp':
			refresh();
			return;
		case 'tearDown':
			plugin.tearDown();
			return;
		case 'damage': {
			const damage = new RecordedObject(operation.take('damage'), `${operation.where}: damage`);
			tree.damage(damage, damage.string('op'));
			damage.end();
			return;
		}
		default:
			throw new TypeError(`${operation.where}: unknown operation ${kind}`);
	}
}

/** A volume as a pod spec has it (v1 JSON), every field known. */
function volumeOf(value: unknown, where: string): Volume {
	const fields = new RecordedObject(value, `${where}: volume`);
	const name = fields.string('name');
	const one = <T>(field: string, read: (source: RecordedObject) => T): T | undefined => {
		if (!fields.has(field)) return undefined;
		const source = new RecordedObject(fields.take(field), `${where}: ${field}`);
		const result = read(source);
		source.end();
		return result;
	};
	const secret = one('secret', (source) => ({ secretName: source.string('secretName'), ...selectionOf(source) }));
	const configMap = one('configMap', (source) => ({ name: source.string('name'), ...selectionOf(source) }));
	const projected = one('projected', (source) => ({
		sources: source.list('sources').map((entry) => projectionOf(entry, where)),
		...modeOf(source, 'defaultMode'),
	}));
	fields.end();
	return { name, ...(secret && { secret }), ...(configMap && { configMap }), ...(projected && { projected }) };
}

function projectionOf(value: unknown, where: string): VolumeProjection {
	const [entry, ...others] = Object.entries(value as object);
	if (!entry || others.length > 0) throw new TypeError(`${where}: a source needs exactly one field`);
	const [kind, body] = entry;
	const source = new RecordedObject(body, `${where}: ${kind}`);
	const projection = ((): VolumeProjection => {
		switch (kind) {
			case 'secret':
				return { secret: { name: source.string('name'), ...selectionOf(source) } };
			case 'configMap':
				return { configMap: { name: source.string('name'), ...selectionOf(source) } };
			case 'downwardAPI':
				return { downwardAPI: { items: source.list('items').map((item) => downwardItemOf(item, where)) } };
			case 'serviceAccountToken': {
				const audience = source.optionalString('audience');
				const expirationSeconds = source.number('expirationSeconds');
				return { serviceAccountToken: { path: source.string('path'), expirationSeconds, ...(audience === undefined ? {} : { audience }) } };
			}
			default:
				throw new TypeError(`${where}: unknown source ${kind}`);
		}
	})();
	source.end();
	return projection;
}

function downwardItemOf(value: unknown, where: string): NonNullable<NonNullable<VolumeProjection['downwardAPI']>['items']>[number] {
	const item = new RecordedObject(value, `${where}: downwardAPI item`);
	const field = new RecordedObject(item.take('fieldRef'), `${where}: fieldRef`);
	const read = { path: item.string('path'), fieldRef: { fieldPath: field.string('fieldPath') }, ...modeOf(item, 'mode') };
	field.end();
	item.end();
	return read;
}

function selectionOf(source: RecordedObject): { items?: readonly KeyToPath[]; defaultMode?: number; optional?: boolean } {
	const items = source.list('items').map((value): KeyToPath => {
		const item = new RecordedObject(value, `${source.where}: item`);
		const read = { key: item.string('key'), path: item.string('path'), ...modeOf(item, 'mode') };
		item.end();
		return read;
	});
	const optional = source.has('optional') ? { optional: source.boolean('optional') } : {};
	return { ...(items.length > 0 ? { items } : {}), ...modeOf(source, 'defaultMode'), ...optional };
}

function modeOf<N extends string>(source: RecordedObject, name: N): { readonly [K in N]?: number } {
	return source.has(name) ? ({ [name]: source.number(name) } as { [K in N]: number }) : {};
}
