// Samples on their way into a file while a run goes on. Parts of a run come in any order; their rows go into the file by
// variant, replication and node, and what comes too early waits in a second file, so that memory holds one part at a time.

import { deserialize, serialize } from 'node:v8';
import type { Partial, PlaneFacts, Segment } from '../measure/partial.js';
import type { SampleRow } from '../measure/result.js';
import { sampleRows } from '../measure/rows.js';
import { SamplesCsv } from './csv.js';
import { SamplesParquet } from './parquet.js';
import type { SampleEncoder } from './sample-encoder.js';
import { TemporaryFile } from './temporary-file.js';

/** Formats of samples. */
export type SampleFormat = 'csv' | 'parquet';

/** Names of the files. */
export const SAMPLE_FILE_NAMES: Readonly<Record<SampleFormat, string>> = { csv: 'samples.csv', parquet: 'samples.parquet' };

/** Place of rows that wait. */
interface Waiting {
	readonly position: number;
	readonly length: number;
}

/** The part of a segment that rows are made of. */
type SegmentRows = Pick<Segment, 'firstNode' | 'endNode' | 'pods' | 'samples'>;

function encoderOf(format: SampleFormat): SampleEncoder {
	return format === 'csv' ? new SamplesCsv() : new SamplesParquet();
}

/** One file of samples that is being written. */
export class SampleFile {
	readonly #file: TemporaryFile;
	readonly #folder: string;
	readonly #encoder: SampleEncoder;
	readonly #replications: number;
	readonly #runs: number;
	readonly #waiting = new Map<string, Waiting>();
	#spill: TemporaryFile | null = null;
	/** The run and the node whose rows come next. */
	#run = 0;
	#node = 0;
	/** Facts of that run, which came with its first node. */
	#facts: PlaneFacts | null = null;

	/**
	 * @param folder where the file will be.
	 * @param replications of each of the variants.
	 * @throws ResultFolderError when it cannot be written.
	 */
	constructor(folder: string, format: SampleFormat, variants: number, replications: number) {
		this.#folder = folder;
		this.#replications = replications;
		this.#runs = variants * replications;
		this.#encoder = encoderOf(format);
		this.#file = new TemporaryFile(folder, SAMPLE_FILE_NAMES[format]);
		this.#write(this.#encoder.begin());
	}

	/**
	 * Takes the rows of some nodes of some runs.
	 *
	 * @throws ResultFolderError when there is no room for them, and the like.
	 */
	add(partial: Partial): void {
		for (const segment of partial.segments) {
			if (segment.firstNode === segment.endNode) continue;
			const run = segment.variant * this.#replications + segment.replication;
			const key = `${run} ${segment.firstNode}`;
			if (run === this.#run && segment.firstNode === this.#node) {
				if (segment.firstNode === 0) this.#facts = segment.plane;
				this.#put(partial, segment);
				this.#putWaiting(partial);
			} else this.#wait(key, segment);
		}
	}

	/**
	 * Ends the file.
	 *
	 * @returns the file, which is whole but not visible yet.
	 * @throws Error when some nodes never came.
	 */
	end(): TemporaryFile {
		if (this.#run !== this.#runs) throw new Error(`the samples of run ${this.#run + 1}, node ${this.#node + 1} are missing`);
		this.#spill?.discard();
		this.#write(this.#encoder.end());
		return this.#file;
	}

	/** Removes what was written. */
	discard(): void {
		this.#spill?.discard();
		this.#file.discard();
	}

	#write(chunks: Iterable<string | Uint8Array>): void {
		for (const chunk of chunks) this.#file.write(chunk);
	}

	#put(partial: Partial, segment: Segment): void {
		const plane = this.#facts as PlaneFacts;
		const rows: Iterable<SampleRow> = sampleRows({ ...partial, segments: [{ ...segment, plane }] });
		this.#write(this.#encoder.rows(rows));
		this.#node = segment.endNode;
		if (this.#node < plane.nodes.length) return;
		this.#run += 1;
		this.#node = 0;
		this.#facts = null;
	}

	#wait(key: string, segment: Segment): void {
		this.#spill ??= new TemporaryFile(this.#folder, 'samples.waiting');
		const { firstNode, endNode, pods, samples, plane } = segment;
		const rows: SegmentRows = { firstNode, endNode, pods, samples };
		const bytes = serialize({ rows, plane: firstNode === 0 ? plane : null });
		this.#waiting.set(key, { position: this.#spill.length, length: bytes.length });
		this.#spill.write(bytes);
	}

	/** Rows that waited for those that have just been written. */
	#putWaiting(partial: Partial): void {
		for (;;) {
			const key = `${this.#run} ${this.#node}`;
			const place = this.#waiting.get(key);
			if (place === undefined) return;
			this.#waiting.delete(key);
			const bytes = (this.#spill as TemporaryFile).read(place.position, place.length);
			const { rows, plane } = deserialize(bytes) as { readonly rows: SegmentRows; readonly plane: PlaneFacts | null };
			if (plane !== null) this.#facts = plane;
			const [variant, replication] = [Math.floor(this.#run / this.#replications), this.#run % this.#replications];
			this.#put(partial, { ...(partial.segments[0] as Segment), ...rows, variant, replication });
		}
	}
}

/** All rows of a partial as a file's content. */
export function* sampleContent(format: SampleFormat, rows: Iterable<SampleRow>): Generator<string | Uint8Array> {
	const encoder = encoderOf(format);
	yield* encoder.begin();
	yield* encoder.rows(rows);
	yield* encoder.end();
}
