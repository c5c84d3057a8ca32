// The files of one ConfigMap, from `data` and `binaryData`. Receives both maps, gives files or the error that stops the
// refresh. Follows MakePayload of pkg/volume/configmap/configmap.go (K7.2, K20.7).

import type { ObjectSelection, PayloadResult } from './payload-context.js';
import { selectKeys } from './secret-payload.js';

/**
 * `MakePayload` of the configMap plugin. Where both maps have a key (the API server refuses that, a recording does not),
 * `binaryData` wins without `items` and `data` wins with them (K20.7).
 *
 * @param data the ConfigMap's `data`.
 * @param binaryData the ConfigMap's `binaryData`.
 * @param selection `items`, `defaultMode`, `optional` of the volume source.
 */
export function configMapPayload<C>(
	data: Readonly<Record<string, C>>,
	binaryData: Readonly<Record<string, C>>,
	selection: ObjectSelection,
): PayloadResult<C> {
	return selectKeys(
		selection,
		() => [...Object.entries(data), ...Object.entries(binaryData)],
		(key) => {
			const holder = Object.hasOwn(data, key) ? data : binaryData;
			return Object.hasOwn(holder, key) ? { content: holder[key] as C } : undefined;
		},
		(key) => `configmap references non-existent config key: ${key}`,
	);
}
