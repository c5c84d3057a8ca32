// Image pull secrets: every `SyncPod` that has its volumes reads each of them once, needed or not, and says in an event which
// are missing. Follows getPullSecretsForPod in pkg/kubelet/kubelet_pods.go (K17).

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import type { Micros } from '../core/time.js';
import type { ReadResult } from './manager/manager.js';
import type { NodeState } from './node-state.js';
import type { PodTable } from './pod-table.js';

/** Asks the secret manager for an object of the node; null: the result comes later. */
export type SecretRead = (pod: number, localObject: number, now: Micros) => ReadResult<TimelineVersion> | null;

/** The pull secrets that the running sync of each pod has read. */
export class PullSecrets {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #read: SecretRead;
	readonly #done: Int32Array;
	readonly #missing: string[][];

	constructor(state: NodeState, pods: PodTable, read: SecretRead) {
		this.#state = state;
		this.#pods = pods;
		this.#read = read;
		this.#done = new Int32Array(pods.inputs.length);
		this.#missing = pods.inputs.map(() => []);
	}

	/** A sync begins to read. */
	begin(pod: number): void {
		this.#done[pod] = 0;
		(this.#missing[pod] as string[]).length = 0;
	}

	/** Reads on; false when a result has to be waited for. */
	advance(pod: number, now: Micros): boolean {
		const { pullSecrets } = this.#pods.input(pod).model;
		while ((this.#done[pod] as number) < pullSecrets.length) {
			const secret = pullSecrets[this.#done[pod] as number] as (typeof pullSecrets)[number];
			const result = this.#read(pod, this.#state.input.localObjects.get(secret.object) as number, now);
			if (result === null) return false;
			this.took(pod, result);
		}
		const missing = this.#missing[pod] as string[];
		if (missing.length > 0 && this.#state.input.profile.eventFailedToRetrieveImagePullSecret) {
			const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`;
			this.#state.emit(now, this.#pods.input(pod).key, 'Warning', 'FailedToRetrieveImagePullSecret', message);
		}
		return true;
	}

	/** The result that was waited for. */
	took(pod: number, result: ReadResult<TimelineVersion>): void {
		const read = this.#done[pod] as number;
		if (result.kind !== 'found') (this.#missing[pod] as string[]).push(this.#pods.input(pod).model.pullSecrets[read]?.name ?? '');
		this.#done[pod] = read + 1;
	}
}
