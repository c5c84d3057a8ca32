// Reads under Get: what asking again would be like as long as nothing is written. Receives the versions that volumes show, gives logs and
// bytes of such requests, until when they are like that, and what is found afterwards (K5.1, A3.9).

import { type ObjectTimeline, type TimelineVersion, versionAt } from '../../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES, STATUS_BYTES } from '../../../apiserver/wire.js';
import { type Micros, NEVER } from '../../../core/time.js';
import type { RequestLog } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';

/** Reads of one node. */
export class AskedReads {
	/** By read: when its object is written next. */
	readonly written: Float64Array;
	/** By read: bytes of a GET that finds what the volume shows. */
	readonly bytes: Float64Array;
	/** By read: the log of such a GET. */
	readonly logs: RequestLog[] = [];
	/** By volume: 1 when no other volume of the node reads its objects. */
	readonly isOwn: Uint8Array;
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;

	constructor(tables: NodeTables, objects: PolledObjects) {
		this.#tables = tables;
		this.#objects = objects;
		this.written = new Float64Array(tables.reads);
		this.bytes = new Float64Array(tables.reads);
		this.isOwn = new Uint8Array(tables.volumes);
		for (let volume = 0; volume < tables.volumes; volume++) this.isOwn[volume] = this.#readsAlone(volume) ? 1 : 0;
	}

	/** Looks at a read anew. */
	look(read: number): void {
		const timeline = this.#timelineOf(read);
		const index = this.#tables.seen[read] as number;
		const version = versionAt(timeline, index);
		this.written[read] = versionAt(timeline, index + 1)?.commit ?? NEVER;
		this.bytes[read] = REQUEST_OVERHEAD_BYTES + (version?.wireBytes ?? STATUS_BYTES);
		this.logs[read] = this.#objects.log(this.#tables.readObject[read] as number, timeline, true, index !== ABSENT);
	}

	/** True when all that a pod's requests may find new is of objects that exist and that nothing else reads. @param latest when one is received. */
	findsOwn(pod: number, latest: Micros): boolean {
		const { firstVolume, firstRead, models } = this.#tables;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const start = firstRead[volume] as number;
			const end = firstRead[volume + 1] as number;
			for (let read = start; read < end; read++) {
				if ((this.written[read] as number) > latest) continue;
				if (this.isOwn[volume] === 0 || end !== start + 1 || models[volume]?.tokenSeconds !== null) return false;
				if (!this.#staysFound(read, latest)) return false;
			}
		}
		return true;
	}

	/** True when requests for a read find the object at whatever instant up to one they are received. */
	#staysFound(read: number, until: Micros): boolean {
		const { versions } = this.#timelineOf(read);
		let index = this.#tables.seen[read] as number;
		if (index === ABSENT) return false;
		for (index += 1; index < versions.length; index++) {
			const { commit, type } = versions[index] as TimelineVersion;
			if (commit > until) break;
			if (type === 'DELETED') return false;
		}
		return true;
	}

	/** Index of the version that a request finds which the server receives at an instant, no earlier than what the volume shows. */
	foundAt(read: number, at: Micros): number {
		const { versions } = this.#timelineOf(read);
		let index = this.#tables.seen[read] as number;
		while ((versions[index + 1]?.commit ?? NEVER) <= at) index += 1;
		return index;
	}

	#readsAlone(volume: number): boolean {
		const { firstRead, readObject, readers } = this.#tables;
		const end = firstRead[volume + 1] as number;
		for (let read = firstRead[volume] as number; read < end; read++) if ((readers[readObject[read] as number] as number) > 1) return false;
		return true;
	}

	#timelineOf(read: number): ObjectTimeline {
		return this.#tables.timeline(this.#tables.readObject[read] as number);
	}
}
