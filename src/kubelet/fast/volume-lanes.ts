// The random streams of a node's volumes as pairs of lanes, derived when somebody draws: most volumes of a fleet are never set up in a way
// that chance has a part in. One set of lanes serves one node after another.

import { StreamName } from '../../core/random.js';
import type { PodInput } from '../node-input.js';
import type { VolumeModel } from '../pod-model.js';

/** Lanes by volume. */
export class VolumeLanes {
	/** First and second lane of the volumes of which {@link known} is 1. */
	a: Int32Array = new Int32Array(0);
	b: Int32Array = new Int32Array(0);
	known: Uint8Array = new Uint8Array(0);
	readonly #purpose = new StreamName('volume');
	readonly #name = new StreamName();

	/** The volumes are others from now on. @param volumes how many there are. */
	begin(volumes: number): void {
		if (this.known.length < volumes) {
			this.a = new Int32Array(2 * volumes);
			this.b = new Int32Array(2 * volumes);
			this.known = new Uint8Array(2 * volumes);
		} else this.known.fill(0, 0, volumes);
	}

	/** Fills in the lanes of a volume. @param pod that has it. */
	derive(volume: number, { name }: VolumeModel, { draws }: PodInput): void {
		this.#purpose.beginUnder(draws);
		this.#name.read(name);
		this.#name.under(this.#purpose);
		this.a[volume] = this.#name.a;
		this.b[volume] = this.#name.b;
		this.known[volume] = 1;
	}
}
