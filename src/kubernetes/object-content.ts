// Turns an object with real values into what the model sees of it: lengths and fingerprints. This is the border that no
// value of a Secret crosses. It also asks the questions about values that the API server's validation asks (A12).

import { type Content, contentOf } from './content.js';
import { jsonObjectError } from './go-json.js';
import { entriesOf, type ObjectState } from './objects.js';

/** The key whose value must be a JSON object, by Secret type. */
const DOCKER_CONFIG_KEYS: Readonly<Record<string, string>> = {
	'kubernetes.io/dockercfg': '.dockercfg',
	'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

/** The key of a docker config Secret that holds the JSON object; undefined for every other type. */
export function dockerConfigKey(type: string): string | undefined {
	return Object.hasOwn(DOCKER_CONFIG_KEYS, type) ? DOCKER_CONFIG_KEYS[type] : undefined;
}

function contentsOf(values: Readonly<Record<string, Uint8Array>>, jsonKey: string | undefined): Readonly<Record<string, Content>> {
	const entries = Object.entries(values).map(([key, bytes]): [string, Content] => {
		const problem = key === jsonKey ? jsonObjectError(bytes) : undefined;
		return [key, problem === undefined ? contentOf(bytes) : { ...contentOf(bytes), jsonObjectError: problem }];
	});
	return entriesOf(entries);
}

/** The object as the model sees it. */
export function toContent(state: ObjectState<Uint8Array>): ObjectState<Content> {
	const jsonKey = state.kind === 'Secret' ? dockerConfigKey(state.type) : undefined;
	return { ...state, data: contentsOf(state.data, jsonKey), binaryData: contentsOf(state.binaryData, undefined) };
}
