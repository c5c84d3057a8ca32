// How long the Cache strategy trusts an object: the node's annotation as the kubelet reads it (K5.1). Follows
// GetObjectTTLFromNodeFunc of pkg/kubelet/util/manager/cache_based_manager.go.

import type { Micros } from '../../core/time.js';
import { MINUTE, SECOND } from '../../core/time.js';

/** TTL while the node cannot be read, or has no annotation or one that is no number (pkg/kubelet/secret/secret_manager.go). */
export const DEFAULT_OBJECT_TTL: Micros = MINUTE;

/**
 * The TTL that an annotation means: whole seconds as Go's `strconv.Atoi` accepts them. Negative ones mean "never fresh".
 *
 * @param annotation its text; undefined when the node cannot be read or does not have it.
 */
export function objectTTL(annotation: string | undefined): Micros {
	return annotation !== undefined && /^[+-]?[0-9]{1,9}$/.test(annotation) ? Number(annotation) * SECOND : DEFAULT_OBJECT_TTL;
}
