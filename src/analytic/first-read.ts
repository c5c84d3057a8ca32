// Renewal theory of one pod on the tick grid: given when it reads next, when does it first read at or after an instant that
// lies some ticks ahead. This is what the Cache strategy asks of every pod: who reads first once the TTL has run out.

/** Everything about one pod's sequence of reads, in ticks. */
export interface ReadProcess {
	/** `gap[k]`: chance that the next read comes k ticks after a read. */
	readonly gap: Float64Array;
	/** Longest gap. */
	readonly longest: number;
	/** Law of the first read at or after the expiry, for a pod that read when the TTL began: `[u]` is expiry + u ticks. */
	readonly afterOwnRead: Float64Array;
	/** The same for a pod of which it is only known how its wait is distributed (`wait[r]`: the next read is r ticks ahead). */
	afterWait(wait: Float64Array): Float64Array;
	/** The wait that an observer at an arbitrary time sees: `[r]` is proportional to the chance of a gap of at least r. */
	readonly stationaryWait: Float64Array;
}

/**
 * The reads of a pod around a TTL.
 *
 * @param gap chances of gaps of 0, 1, 2, ... ticks; the first is 0.
 * @param ttl ticks from a fetch to its expiry, >= 1.
 */
export function readProcess(gap: Float64Array, ttl: number): ReadProcess {
	const longest = gap.length - 1;
	const rows = firstReadRows(gap, ttl);
	const stationaryWait = new Float64Array(longest + 1);
	let surviving = 1;
	let sum = 0;
	for (let r = 1; r <= longest; r++) {
		stationaryWait[r] = surviving;
		sum += surviving;
		surviving -= gap[r] as number;
	}
	for (let r = 1; r <= longest; r++) stationaryWait[r] = (stationaryWait[r] as number) / sum;
	return {
		gap,
		longest,
		stationaryWait,
		afterOwnRead: rows[ttl] as Float64Array,
		afterWait(wait) {
			const first = new Float64Array(longest + 1);
			for (let r = 1; r <= longest; r++) {
				const chance = wait[r] as number;
				if (chance === 0) continue;
				if (r >= ttl) {
					first[r - ttl] = (first[r - ttl] as number) + chance;
					continue;
				}
				const row = rows[ttl - r] as Float64Array;
				for (let u = 0; u <= longest; u++) first[u] = (first[u] as number) + chance * (row[u] as number);
			}
			return first;
		},
	};
}

/** `rows[d][u]`: chance that a pod which reads at 0 first reads at or after d at d + u. Row by row from the first gap on. */
function firstReadRows(gap: Float64Array, ttl: number): Float64Array[] {
	const longest = gap.length - 1;
	const rows = [new Float64Array(longest + 1)];
	for (let d = 1; d <= ttl; d++) {
		const row = new Float64Array(longest + 1);
		for (let u = 0; d + u <= longest; u++) row[u] = gap[d + u] as number;
		for (let j = 1; j < d && j <= longest; j++) {
			const chance = gap[j] as number;
			if (chance === 0) continue;
			const later = rows[d - j] as Float64Array;
			for (let u = 0; u <= longest; u++) row[u] = (row[u] as number) + chance * (later[u] as number);
		}
		rows.push(row);
	}
	return rows;
}
