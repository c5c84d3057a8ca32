// Tells a trace sink what happened in the control plane before the nodes tell theirs: accepted and refused writes.

import type { TraceSink } from '../measure/trace.js';
import type { ControlPlane } from './control-plane.js';

const VERBS: { readonly ADDED: 'create'; readonly MODIFIED: 'update'; readonly DELETED: 'delete' } = {
	ADDED: 'create',
	MODIFIED: 'update',
	DELETED: 'delete',
};

/** Sends one event per write, in commit order; `node` is empty because no node is concerned yet. */
export function traceWrites(plane: ControlPlane, trace: TraceSink): void {
	for (const { object, version } of plane.writes) {
		trace({
			at: version.commit,
			node: '',
			kind: 'write',
			write: version.write,
			object: object.label,
			verb: VERBS[version.type],
			resourceVersion: version.resourceVersion,
			changedKeys: version.changedKeys,
		});
	}
	for (const { at, action, message } of plane.refusals) trace({ at, node: '', kind: 'writeRejected', object: action, message });
}
