// The payload of one volume: the files that a refresh wants to see in it, made of the objects that the kubelet's
// managers return. `C` is the type of a file's content: `Content` in the model, bytes at the edge; the rules are the
// same. Follows SetUpAt and MakePayload of pkg/volume/{secret,configmap,projected,downwardapi} (K7.1, K7.2, K7.5).

import type { ObjectKind, Volume } from '../kubernetes/objects.js';
import { downwardApiPayload } from './downward-api.js';
import { objectPayload } from './object-payload.js';
import type { PayloadContext, PayloadResult } from './payload-context.js';
import { projectedPayload } from './projected-payload.js';

export type {
	PayloadContext,
	PayloadFile,
	PayloadPod,
	PayloadRead,
	PayloadResult,
	ResourceFieldSelector,
	TokenSource,
} from './payload-context.js';

/**
 * Builds the payload of a volume.
 *
 * @param volume a volume with a `secret`, `configMap`, `projected` or `downwardAPI` source.
 * @param context the pod and the objects; its `read` is called once per source, in order, as {@link volumeReads} lists them.
 * @returns files in the order of the sources and of the objects' keys, each path once, or the exact error text.
 * @throws Error for a volume of another kind: the caller has to know which volumes are projected.
 */
export function buildPayload<C>(volume: Volume, context: PayloadContext<C>): PayloadResult<C> {
	if (volume.secret) return objectPayload('Secret', volume.secret.secretName, volume.secret, context);
	if (volume.configMap) return objectPayload('ConfigMap', volume.configMap.name, volume.configMap, context);
	if (volume.projected) return projectedPayload(volume.projected, context);
	if (volume.downwardAPI) {
		return downwardApiPayload(volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode, context);
	}
	throw new Error(`volume ${volume.name} is not projected by the kubelet (${volume.other ?? 'no source'})`);
}

/**
 * The objects that a refresh of the volume reads, in order, repetitions included: each entry is one question to a manager.
 * Empty for the downward API and for volumes that are not projected.
 */
export function volumeReads(volume: Volume): readonly { readonly kind: ObjectKind; readonly name: string }[] {
	if (volume.secret) return [{ kind: 'Secret', name: volume.secret.secretName }];
	if (volume.configMap) return [{ kind: 'ConfigMap', name: volume.configMap.name }];
	return (volume.projected?.sources ?? []).flatMap((source): { kind: ObjectKind; name: string }[] => {
		if (source.secret) return [{ kind: 'Secret', name: source.secret.name }];
		if (source.configMap) return [{ kind: 'ConfigMap', name: source.configMap.name }];
		return [];
	});
}
