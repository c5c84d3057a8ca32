// The payload of one Secret or ConfigMap as a source: reads it through the managers and selects its keys. Follows the first
// steps of SetUpAt in pkg/volume/{secret,configmap}, which the projected plugin repeats for its sources (K7.1, K7.5).

import type { ObjectKind } from '../kubernetes/objects.js';
import { configMapPayload } from './config-map-payload.js';
import type { ObjectSelection, PayloadContext, PayloadResult } from './payload-context.js';
import { secretPayload } from './secret-payload.js';

/** The payload of one Secret or ConfigMap: reads it and selects its keys; a missing optional object counts as empty (K7.1). */
export function objectPayload<C>(kind: ObjectKind, name: string, selection: ObjectSelection, context: PayloadContext<C>): PayloadResult<C> {
	const read = context.read(kind, name);
	if (read.kind !== 'found' && !(read.kind === 'notFound' && selection.optional === true)) return { kind: 'error', text: read.text };
	if (kind === 'Secret') return secretPayload(read.kind === 'found' ? read.state.data : {}, selection);
	const data = read.kind === 'found' ? read.state : { data: {}, binaryData: {} };
	return configMapPayload(data.data, data.binaryData, selection);
}
