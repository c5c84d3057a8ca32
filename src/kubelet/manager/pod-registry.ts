// Which pods are registered with a caching manager and what each of them references. Receives RegisterPod and
// UnregisterPod, gives the store the references that were added and dropped. Follows cacheBasedManager of
// pkg/kubelet/util/manager/cache_based_manager.go, which Watch and Cache share (K5.3).

import type { Micros } from '../../core/time.js';
import type { PodReferences } from './manager.js';

/** Counts references to objects. */
export interface ReferenceStore {
	addReference(object: number, uid: string, now: Micros): void;
	deleteReference(object: number, uid: string, now: Micros): void;
	/** A reference that has been there since before the run. */
	adoptReference(object: number, uid: string): void;
}

/** The registered pods of one manager, by UID. */
export class PodRegistry {
	readonly #store: ReferenceStore;
	/** Until 1.28 every registration adds all references anew, before it drops the old ones. */
	readonly #addEveryTime: boolean;
	readonly #pods = new Map<string, PodReferences>();

	constructor(store: ReferenceStore, addEveryTime: boolean) {
		this.#store = store;
		this.#addEveryTime = addEveryTime;
	}

	register(pod: PodReferences, now: Micros): void {
		const previous = this.#pods.get(pod.uid);
		// The same spec again, as in nearly every sync.
		if (previous === pod && !this.#addEveryTime) return;
		this.#pods.set(pod.uid, pod);
		for (const object of pod.objects) {
			if (this.#addEveryTime || previous === undefined || !previous.objects.includes(object)) {
				this.#store.addReference(object, pod.uid, now);
			}
		}
		if (previous === undefined) return;
		for (const object of previous.objects) {
			if (this.#addEveryTime || !pod.objects.includes(object)) this.#store.deleteReference(object, pod.uid, now);
		}
	}

	/** A pod that was never registered changes nothing. */
	unregister(pod: PodReferences, now: Micros): void {
		const previous = this.#pods.get(pod.uid);
		if (previous === undefined) return;
		this.#pods.delete(pod.uid);
		for (const object of previous.objects) this.#store.deleteReference(object, pod.uid, now);
	}

	adopt(pod: PodReferences): void {
		if (this.#pods.has(pod.uid)) throw new Error(`pod ${pod.key}: adopted after it was registered`);
		this.#pods.set(pod.uid, pod);
		for (const object of pod.objects) this.#store.adoptReference(object, pod.uid);
	}
}
