// Payloads of volumes that read one object. Those of volumes that show the whole of it depend on nothing but the version, so all pods of a
// fleet that mount the object share them, whatever template they come from.

import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import type { Volume } from '../../kubernetes/objects.js';
import { PayloadCatalog, type VolumePayload } from '../payload-catalog.js';
import type { VolumeModel } from '../pod-model.js';
import type { DiskContent } from '../volume-table.js';
import { resultOf } from './read-results.js';

/** What there is of a volume whose object is missing; nobody reads the text. */
const MISSING: VolumePayload = { kind: 'error', text: 'not found' };

interface ObjectPayloads {
	readonly timeline: ObjectTimeline;
	readonly catalog: PayloadCatalog;
	/** By 1 + index of the version; the first is that of a missing optional object. */
	readonly byVersion: (DiskContent | undefined)[];
}

/** Payloads by object. */
export class SharedPayloads {
	/** By the object's number in the run; those of another run give way to those of the present one. */
	readonly #known: (ObjectPayloads | undefined)[] = [];

	/** What was asked for last of a catalog: added volumes share one, and are asked one pod after the other. */
	#catalog: PayloadCatalog | null = null;
	#version: TimelineVersion | null = null;
	#payload: VolumePayload = MISSING;

	/** The payload of a volume with one read, for one version of its object. @param index of the version, -1 for none. */
	payload(model: VolumeModel, timeline: ObjectTimeline, index: number): VolumePayload {
		if (covers(model)) return this.#covered(model, timeline, index) ?? MISSING;
		const version = index < 0 ? null : (timeline.only ?? (timeline.versions[index] as TimelineVersion));
		if (version === null || version !== this.#version || model.payloads !== this.#catalog) {
			this.#catalog = model.payloads;
			this.#version = version;
			this.#payload = this.#catalog.payload([resultOf(timeline, index)]);
		}
		return this.#payload;
	}

	/**
	 * The payload of a covered volume for one version of its object. Ids may be compared within an object.
	 *
	 * @param index of the version, -1 for none; null when that is an error.
	 */
	#covered(model: VolumeModel, timeline: ObjectTimeline, index: number): DiskContent | null {
		if (index < 0 && (model.spec.secret ?? model.spec.configMap)?.optional !== true) return null;
		let known = this.#known[timeline.index];
		if (known?.timeline !== timeline) {
			const pod = { name: '', namespace: '', uid: '', labels: {}, annotations: {}, hasFsGroup: false, uniformRunAsUser: undefined };
			known = { timeline, catalog: new PayloadCatalog(optional(model.spec), model.reads, pod), byVersion: [] };
			this.#known[timeline.index] = known;
		}
		let content = known.byVersion[index + 1];
		if (content === undefined) {
			const found = index < 0 ? ({ kind: 'notFound', text: '' } as const) : foundVersion(timeline.versions[index] as TimelineVersion);
			content = known.catalog.payload([found]) as DiskContent;
			known.byVersion[index + 1] = content;
		}
		return content;
	}
}

/** True when the volume shows every key of one object under its own name. */
function covers(model: VolumeModel): boolean {
	// An added volume shows a token as well; its spec would have to be made to say so.
	if (model.injected) return false;
	const { spec } = model;
	const source = spec.secret ?? spec.configMap;
	return source !== undefined && source.defaultMode !== undefined && (source.items === undefined || source.items.length === 0);
}

function foundVersion(object: TimelineVersion): { readonly kind: 'found'; readonly object: TimelineVersion } {
	return { kind: 'found', object };
}

function optional({ name, secret, configMap }: Volume): Volume {
	if (secret !== undefined) return { name, secret: { ...secret, optional: true } };
	return { name, configMap: { ...(configMap as NonNullable<Volume['configMap']>), optional: true } };
}
