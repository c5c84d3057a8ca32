import { Job as JobModel } from 'kubernetes-models/batch/v1';
import { PersistentVolumeClaim as ClaimModel, ConfigMap as ConfigMapModel } from 'kubernetes-models/v1';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type JobOptions, studyManifests } from '../../src/shard/job-manifests.js';
import type { ClaimManifest, ConfigMapManifest, JobManifest, StudyManifest } from '../../src/shard/manifest-types.js';
import { studyParts } from '../../src/shard/study-file.js';

const test = suite('manifests of a split study');

/** What is written, as long as every field of it is one of Kubernetes'; `never` at a field that is not. */
type Known<Written, Kubernetes> = Written extends readonly (infer Item)[]
	? Kubernetes extends readonly (infer Of)[]
		? readonly Known<Item, Of>[]
		: never
	: Written extends object
		? { readonly [Field in keyof Written]: Field extends keyof Kubernetes ? Known<Written[Field], NonNullable<Kubernetes[Field]>> : never }
		: Written;

/** Kubernetes' types with lists that may not be changed: what is written here is frozen. */
type Frozen<Value> = Value extends readonly (infer Item)[]
	? readonly Frozen<Item>[]
	: Value extends object
		? { readonly [Field in keyof Value]: Frozen<Value[Field]> }
		: Value;

// These lines are the test of the types: they do not compile when a field is unknown to Kubernetes or has another type.
const asJob = (manifest: JobManifest): Known<JobManifest, Job> & Frozen<Job> => manifest;
const asClaim = (manifest: ClaimManifest): Known<ClaimManifest, PersistentVolumeClaim> & Frozen<PersistentVolumeClaim> => manifest;
const asConfigMap = (manifest: ConfigMapManifest): Known<ConfigMapManifest, ConfigMap> & Frozen<ConfigMap> => manifest;
type Mistaken = { readonly spec: { readonly completoins: number } };
// @ts-expect-error a field that Kubernetes does not know is found
const asMistaken = (manifest: Mistaken): Known<Mistaken, Job> => manifest;

const OPTIONS: JobOptions = {
	name: 'secretsim-fleet',
	namespace: 'studies',
	shards: 64,
	parallelism: 16,
	image: 'registry.example/secretsim:0.1.0',
	cores: 2,
	memoryMiB: 2048,
	results: { storage: '10Gi', storageClass: 'nfs', accessMode: 'ReadWriteMany' },
	planDigest: '0123456789abcdef0123456789abcdef',
	command: 'secretsim run fleet.yaml',
};

const PARTS = studyParts(Buffer.alloc(250, 7), 100);

function ofKind<Kind extends StudyManifest['kind']>(list: readonly StudyManifest[], kind: Kind): Extract<StudyManifest, { kind: Kind }>[] {
	return list.filter((one): one is Extract<StudyManifest, { kind: Kind }> => one.kind === kind);
}

/** Validates against the JSON Schemas of Kubernetes' OpenAPI document. */
function validate(manifest: StudyManifest): void {
	const plain = JSON.parse(JSON.stringify(manifest)) as never;
	if (manifest.kind === 'Job') new JobModel(plain).validate();
	else if (manifest.kind === 'ConfigMap') new ConfigMapModel(plain).validate();
	else new ClaimModel(plain).validate();
}

test('every object is valid by the schema of its kind', () => {
	const all = studyManifests(PARTS, OPTIONS);
	assert.equal(
		all.map(({ kind }) => kind),
		['ConfigMap', 'ConfigMap', 'ConfigMap', 'PersistentVolumeClaim', 'Job'],
	);
	for (const manifest of all) validate(manifest);
	for (const job of ofKind(all, 'Job')) assert.is(asJob(job).kind, 'Job');
	for (const claim of ofKind(all, 'PersistentVolumeClaim')) assert.is(asClaim(claim).kind, 'PersistentVolumeClaim');
	for (const configMap of ofKind(all, 'ConfigMap')) assert.is(asConfigMap(configMap).kind, 'ConfigMap');
	assert.type(asMistaken, 'function');
});

test('the schema finds mistakes', () => {
	const [job] = ofKind(studyManifests(PARTS, OPTIONS), 'Job');
	assert.throws(() => validate({ ...job, spec: { ...job?.spec, completions: '64' } } as never), /completions must be integer/);
	assert.throws(() => validate({ ...job, spec: { completions: 64 } } as never), /template/);
});

test('the Job has an index for each shard and pods that may do nothing else', () => {
	const [job] = ofKind(studyManifests(PARTS, OPTIONS), 'Job');
	if (job === undefined) throw new Error('there is no Job');
	const { spec } = job;
	assert.equal([spec.completionMode, spec.completions, spec.parallelism], ['Indexed', 64, 16]);
	const pod = spec.template.spec;
	assert.is(pod.restartPolicy, 'Never');
	assert.is(pod.automountServiceAccountToken, false);
	assert.equal([pod.securityContext.runAsNonRoot, pod.securityContext.runAsUser], [true, 1000]);
	const [container] = pod.containers;
	assert.equal(container.args, ['run', '/study', '--shard', '$(JOB_COMPLETION_INDEX)/64', '--out', '/results', '--workers', '2']);
	assert.equal(container.securityContext, {
		allowPrivilegeEscalation: false,
		readOnlyRootFilesystem: true,
		capabilities: { drop: ['ALL'] },
	});
	assert.equal(container.resources, { requests: { cpu: '2', memory: '2048Mi' }, limits: { memory: '2048Mi' } });
	assert.equal(
		container.volumeMounts.map(({ mountPath, readOnly }) => [mountPath, readOnly ?? false]),
		[
			['/study', true],
			['/results', false],
		],
	);
	assert.is(
		studyManifests(PARTS, { ...OPTIONS, parallelism: 100 }).flatMap((one) => (one.kind === 'Job' ? [one.spec.parallelism] : []))[0],
		64,
	);
});

test('pods mount every part of the study and the claim that was made or named', () => {
	const all = studyManifests(PARTS, OPTIONS);
	const [job] = ofKind(all, 'Job');
	const [study, results] = job?.spec.template.spec.volumes ?? [];
	assert.equal(
		study?.projected.sources.map(({ configMap }) => configMap.name),
		ofKind(all, 'ConfigMap').map(({ metadata }) => metadata.name),
	);
	const bytes = ofKind(all, 'ConfigMap').flatMap(({ binaryData }) => Object.values(binaryData).map((text) => Buffer.from(text, 'base64')));
	assert.ok(Buffer.concat(bytes).equals(Buffer.alloc(250, 7)));
	assert.is(results?.persistentVolumeClaim.claimName, ofKind(all, 'PersistentVolumeClaim')[0]?.metadata.name);
	const named = studyManifests(PARTS, { ...OPTIONS, results: { claim: 'mine' } });
	assert.is(ofKind(named, 'PersistentVolumeClaim').length, 0);
	assert.is(ofKind(named, 'Job')[0]?.spec.template.spec.volumes[1].persistentVolumeClaim.claimName, 'mine');
});

test.run();
