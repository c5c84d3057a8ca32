// Reads under Cache whose volumes show what is kept of their objects: what asking again would be like as long as nothing is written.
// Receives the versions that volumes show, gives logs and bytes of such requests, and until when they are like that (A3.7, A3.9).

import { type ObjectTimeline, type TimelineVersion, versionAt } from '../../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES } from '../../../apiserver/wire.js';
import { type Micros, NEVER } from '../../../core/time.js';
import type { RequestLog } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';

/** Reads of one node. */
export class KeptReads {
	/** By read: when its object is written next. */
	readonly written: Float64Array;
	/** By read: bytes of a GET that finds what is kept. */
	readonly bytes: Float64Array;
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #logs: RequestLog[] = [];

	constructor(tables: NodeTables, objects: PolledObjects) {
		this.#tables = tables;
		this.#objects = objects;
		this.written = new Float64Array(tables.reads);
		this.bytes = new Float64Array(tables.reads);
	}

	/** The log of a read's requests. */
	log(read: number): RequestLog {
		return this.#logs[read] as RequestLog;
	}

	/** Looks at a read anew; false when it may be answered with another version than its volume shows. */
	look(read: number, now: Micros): boolean {
		const { input, readObject, seen } = this.#tables;
		const object = readObject[read] as number;
		const index = seen[read] as number;
		if (index === ABSENT || !this.#objects.keeps(object, index)) return false;
		const timeline = input.objects[object] as ObjectTimeline;
		const version = versionAt(timeline, index) as TimelineVersion;
		if (this.#objects.isLagging(version, now)) return false;
		this.written[read] = versionAt(timeline, index + 1)?.commit ?? NEVER;
		this.bytes[read] = REQUEST_OVERHEAD_BYTES + version.wireBytes;
		this.#logs[read] = this.#objects.log(object, timeline, false, true);
		return true;
	}
}
