// Which writes reached which workloads, object by object: what the report needs to say how many writes concerned a workload when
// samples are not kept.

/** More than a run has objects: a workload and an object as one number. */
export const OBJECTS = 0x40_0000;

/** From the first to the last write of an object that reached a workload. By workload, then by object. */
export interface ReachedWrites {
	/** Place of the workload and of the object among those that were counted. */
	readonly workload: Int32Array;
	readonly object: Int32Array;
	/** Numbers of writes of one object. */
	readonly first: Int32Array;
	readonly last: Int32Array;
}

/** Gathers them. */
export class ReachTable {
	readonly #reached = new Map<number, { first: number; last: number }>();

	/** Writes of an object, from `first` to `last`, reached a workload. */
	add(workload: number, object: number, first: number, last: number): void {
		const key = workload * OBJECTS + object;
		const reach = this.#reached.get(key);
		if (reach === undefined) this.#reached.set(key, { first, last });
		else {
			if (first < reach.first) reach.first = first;
			if (last > reach.last) reach.last = last;
		}
	}

	/** All of them. @param workloads places to give in place of the numbers of workloads; default: the numbers. @param objects likewise. */
	data(workloads?: Uint32Array, objects?: Uint32Array): ReachedWrites {
		const rows = [...this.#reached].map(([key, { first, last }]) => {
			const [workload, object] = [Math.floor(key / OBJECTS), key % OBJECTS];
			return { workload: workloads?.[workload] ?? workload, object: objects?.[object] ?? object, first, last };
		});
		rows.sort((a, b) => a.workload - b.workload || a.object - b.object);
		return {
			workload: Int32Array.from(rows, (row) => row.workload),
			object: Int32Array.from(rows, (row) => row.object),
			first: Int32Array.from(rows, (row) => row.first),
			last: Int32Array.from(rows, (row) => row.last),
		};
	}
}
