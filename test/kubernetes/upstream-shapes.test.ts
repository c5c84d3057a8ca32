// The shapes of src/kubernetes/objects.ts are Kubernetes' own, reduced: each field must exist upstream under the same name with a type
// that ours fits. The compiler does the comparison, against the types generated from the Kubernetes API; a wrong field does not compile.

import type * as upstream from 'kubernetes-types/core/v1.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type * as ours from '../../src/kubernetes/objects.js';

type DeepReadonly<T> = T extends readonly (infer Item)[]
	? readonly DeepReadonly<Item>[]
	: T extends object
		? { readonly [K in keyof T]: DeepReadonly<T[K]> }
		: T;

/** `true`, or what is wrong. */
type Fits<Ours, Upstream> = [Exclude<keyof Ours, keyof Upstream>] extends [never]
	? Ours extends DeepReadonly<Pick<Upstream, keyof Ours & keyof Upstream>>
		? true
		: 'a field has another type'
	: { fieldsUnknownUpstream: Exclude<keyof Ours, keyof Upstream> };

type Source<Kind extends keyof ours.VolumeProjection> = NonNullable<ours.VolumeProjection[Kind]>;

const SHAPES: {
	readonly KeyToPath: Fits<ours.KeyToPath, upstream.KeyToPath>;
	readonly SecretVolumeSource: Fits<ours.SecretVolumeSource, upstream.SecretVolumeSource>;
	readonly ConfigMapVolumeSource: Fits<ours.ConfigMapVolumeSource, upstream.ConfigMapVolumeSource>;
	readonly ProjectedVolumeSource: Fits<ours.ProjectedVolumeSource, upstream.ProjectedVolumeSource>;
	readonly VolumeProjection: Fits<ours.VolumeProjection, upstream.VolumeProjection>;
	readonly SecretProjection: Fits<Source<'secret'>, upstream.SecretProjection>;
	readonly ConfigMapProjection: Fits<Source<'configMap'>, upstream.ConfigMapProjection>;
	readonly ServiceAccountTokenProjection: Fits<Source<'serviceAccountToken'>, upstream.ServiceAccountTokenProjection>;
	readonly DownwardAPIVolumeFile: Fits<Omit<ours.DownwardApiItem, 'resourceFieldRef'>, upstream.DownwardAPIVolumeFile>;
	readonly VolumeMount: Fits<ours.VolumeMount, upstream.VolumeMount>;
	/** `other` and `otherSecretNames` stand for all sources that the pipeline does not touch. */
	readonly Volume: Fits<Omit<ours.Volume, 'other' | 'otherSecretNames' | 'downwardAPI'>, upstream.Volume>;
	/** A misspelt field and a field of another type are found: the comparison itself works. */
	readonly misspelt: Fits<{ readonly secretname: string }, upstream.SecretVolumeSource>;
	readonly mistyped: Fits<{ readonly defaultMode: string }, upstream.SecretVolumeSource>;
} = {
	KeyToPath: true,
	SecretVolumeSource: true,
	ConfigMapVolumeSource: true,
	ProjectedVolumeSource: true,
	VolumeProjection: true,
	SecretProjection: true,
	ConfigMapProjection: true,
	ServiceAccountTokenProjection: true,
	DownwardAPIVolumeFile: true,
	VolumeMount: true,
	Volume: true,
	misspelt: { fieldsUnknownUpstream: 'secretname' },
	mistyped: 'a field has another type',
};

const test = suite('upstream shapes');

test('every shape that a manifest gives fits the type of the Kubernetes API', () => {
	const wrong = Object.entries(SHAPES).filter(([, fits]) => fits !== true);
	assert.equal(
		wrong.map(([name]) => name),
		['misspelt', 'mistyped'],
	);
});

test.run();
