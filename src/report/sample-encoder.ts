// A format of samples: gives the bytes of a file for rows that come in parts, chunk by chunk, and keeps no more rows than it
// needs for the next chunk.

import type { SampleRow } from '../measure/result.js';

/** One file that is being encoded. */
export interface SampleEncoder {
	/** What comes before all rows. */
	begin(): Iterable<string | Uint8Array>;
	/** What the next rows add. */
	rows(rows: Iterable<SampleRow>): Iterable<string | Uint8Array>;
	/** What comes after all rows. */
	end(): Iterable<string | Uint8Array>;
}
