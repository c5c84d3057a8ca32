// The Get strategy: every read is a GET without resourceVersion, so a quorum read, and nothing is kept (K5.1). Receives
// reads, gives requests and passes on what comes back. Follows NewSimpleSecretManager of pkg/kubelet/secret/secret_manager.go.

import type { Response, StoredObject } from '../../apiserver/protocol.js';
import { RESOURCE_VERSION_UNSET } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import type { Resource } from '../../kubernetes/objects.js';
import { isNotFound } from '../client/api-errors.js';
import { getRequest } from '../client/object-requests.js';
import type { ManagerHost, ObjectManager, PodReferences, ReadResult, Standing, WarmState } from './manager.js';

/** How every object stands with a manager that keeps nothing. */
export const NOTHING_KEPT: Standing<never> = {
	object: null,
	storedAt: Number.NEGATIVE_INFINITY,
	frozen: false,
	request: -1,
	lastVersion: 0,
	timeouts: 0,
};

/** The result of one GET for its reader. @throws Error when the response belongs to another verb. */
export function resultOfGet<T extends StoredObject>(response: Response<T>): ReadResult<T> {
	if (response.kind === 'object') return { kind: 'found', object: response.object };
	if (response.kind !== 'status' && response.kind !== 'connection') throw new Error(`a GET was answered by "${response.kind}"`);
	return { kind: isNotFound(response) ? 'notFound' : 'error', text: response.message };
}

/** Secret or configmap manager of the Get strategy. */
export class GetManager<T extends StoredObject> implements ObjectManager<T> {
	readonly resource: Resource;
	readonly #host: ManagerHost<T>;
	/** Reader's token by request. */
	readonly #reads = new Map<number, number>();

	constructor(resource: Resource, host: ManagerHost<T>) {
		this.resource = resource;
		this.#host = host;
	}

	/** Registration plays no role (K5.1). */
	registerPod(_pod: PodReferences, _now: Micros): void {}

	unregisterPod(_pod: PodReferences, _now: Micros): void {}

	adoptPod(_pod: PodReferences): void {}

	warm(_object: number, _state: WarmState<T>, _now: Micros): void {}

	read(object: number, token: number, now: Micros): ReadResult<T> | null {
		this.#reads.set(this.#host.send(getRequest(this.resource, object, RESOURCE_VERSION_UNSET), now), token);
		return null;
	}

	onResponse(request: number, response: Response<T>, now: Micros): void {
		const token = this.#reads.get(request);
		if (token === undefined) throw new Error(`get manager: request ${request} is not known`);
		this.#reads.delete(request);
		this.#host.answer(token, resultOfGet(response), now);
	}

	onTimer(_timer: number, _now: Micros): void {}

	standing(_object: number): Standing<T> {
		return NOTHING_KEPT;
	}

	restore(_object: number, _kept: T | null, _storedAt: Micros): void {}

	readElsewhere(_object: number): void {}

	isFrozen(_object: number): boolean {
		return false;
	}
}
