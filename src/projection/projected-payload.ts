// The files of a projected volume: every source in order, later ones over earlier ones, all errors collected, any of them
// stopping the update of all sources. Follows collectData of pkg/volume/projected/projected.go (K7.5, K20.8).

import type { ProjectedVolumeSource } from '../kubernetes/objects.js';
import { aggregateText } from './aggregate.js';
import { collectDownwardApi } from './downward-api.js';
import { objectPayload } from './object-payload.js';
import {
	NO_DEFAULT_MODE,
	type ObjectSelection,
	type PayloadContext,
	type PayloadFile,
	type PayloadResult,
	type TokenSource,
} from './payload-context.js';

/** Mode of a token file whose pod has an fsGroup or one user for all containers (K7.5). */
const PRIVATE_TOKEN_MODE = 0o600;

/** `collectData` of the projected plugin. */
export function projectedPayload<C>(volume: ProjectedVolumeSource, context: PayloadContext<C>): PayloadResult<C> {
	const { defaultMode } = volume;
	if (defaultMode === undefined) return { kind: 'error', text: NO_DEFAULT_MODE };
	const files = new Map<string, PayloadFile<C>>();
	const errors: string[] = [];
	const take = (result: PayloadResult<C>): void => {
		if (result.kind === 'error') errors.push(result.text);
		else for (const file of result.files) files.set(file.path, file);
	};
	for (const source of volume.sources) {
		if (source.secret) take(objectPayload('Secret', source.secret.name, select(source.secret, defaultMode), context));
		else if (source.configMap) take(objectPayload('ConfigMap', source.configMap.name, select(source.configMap, defaultMode), context));
		else if (source.downwardAPI) {
			const collected = collectDownwardApi(source.downwardAPI.items ?? [], defaultMode, context);
			if (collected.errors.length > 0) errors.push(...collected.errors);
			else take({ kind: 'payload', files: collected.files });
		} else if (source.serviceAccountToken) take(tokenPayload(source.serviceAccountToken, defaultMode, context));
	}
	if (errors.length > 0) return { kind: 'error', text: aggregateText(errors) };
	return { kind: 'payload', files: [...files.values()] };
}

function select(source: ObjectSelection, defaultMode: number): ObjectSelection {
	return { ...source, defaultMode };
}

function tokenPayload<C>(source: TokenSource, defaultMode: number, context: PayloadContext<C>): PayloadResult<C> {
	const token = context.token(source);
	if (typeof token === 'object' && token !== null && 'error' in token) return { kind: 'error', text: token.error };
	const { hasFsGroup, uniformRunAsUser } = context.pod;
	const mode = hasFsGroup || uniformRunAsUser !== undefined ? PRIVATE_TOKEN_MODE : defaultMode;
	const owner = uniformRunAsUser === undefined ? {} : { fsUser: uniformRunAsUser };
	return { kind: 'payload', files: [{ path: source.path, mode, content: token, ...owner }] };
}
