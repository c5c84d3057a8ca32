// The error texts of the object managers, exactly as the kubelet writes them into events and logs (K4.2, K6). They differ
// in the form of the resource: the kubelet's own texts use the singular, the API server's NotFound the plural.

import type { Resource } from '../../kubernetes/objects.js';

function singular(resource: Resource): string {
	return resource === 'secrets' ? 'secret' : 'configmap';
}

/** No registered pod references the object: a volume was set up before its pod was registered (K14.3). */
export function notRegisteredText(namespace: string, name: string): string {
	return `object "${namespace}"/"${name}" not registered`;
}

/** Watch: the store was not synced within a second. */
export function syncTimeoutText(resource: Resource): string {
	return `failed to sync ${singular(resource)} cache: timed out waiting for the condition`;
}

/** Watch: the store is synced and does not hold the object. */
export function storeNotFoundText(resource: Resource, name: string): string {
	return `${singular(resource)} "${name}" not found`;
}

/** The API server's own 404, which Cache keeps and Get passes on. */
export function serverNotFoundText(resource: Resource, name: string): string {
	return `${resource} "${name}" not found`;
}
