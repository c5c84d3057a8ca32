// Requests of the second set of recordings and of the model in the same words: `GET secrets rv=0`, `WATCH secrets initial`.

import type { TraceEvent } from '../../src/measure/trace.js';

type Request = Extract<TraceEvent, { kind: 'request' }>;

/** The kind of a request; null for one that is about neither a Secret, a ConfigMap nor a pod's status. */
export function requestText(request: string | Request): string | null {
	return typeof request === 'string' ? recordedRequest(request) : simulatedRequest(request);
}

/** `GET secrets/f3-s00 rv=0` becomes `GET secrets rv=0`. */
function recordedRequest(request: string): string | null {
	const [verb = '', path = '', ...options] = request.split(' ');
	const resource = path.split('/')[0] as string;
	if (!['secrets', 'configmaps'].includes(resource)) return resource === 'pods' && verb !== 'WATCH' ? `${verb} pods` : null;
	return [verb, resource, ...options.filter((option) => option !== '' && !option.startsWith('timeoutSeconds='))].join(' ');
}

function simulatedRequest(event: Request): string {
	const resource = event.object.startsWith('Secret/') ? 'secrets' : 'configmaps';
	const version = event.resourceVersion === 'unset' ? '' : ` rv=${event.resourceVersion}`;
	return `${event.verb} ${resource}${version}${event.sendInitialEvents === true ? ' initial' : ''}`;
}
