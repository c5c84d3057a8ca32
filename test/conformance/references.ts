// Conformance of the reference visitors: the recorded names of VisitPodSecretNames and VisitPodConfigmapNames against
// `secretNames` and `configMapNames`, with the pod spec read as manifests are read.

import { FieldReader } from '../../src/kubernetes/field-reader.js';
import { readPodSpec } from '../../src/kubernetes/manifest-pod.js';
import type { PodSpec } from '../../src/kubernetes/objects.js';
import { configMapNames, secretNames } from '../../src/kubernetes/references.js';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { RecordedObject, sequencesOf } from './recording.js';

/** A recorded pod spec as manifests are read. Recordings leave out required fields, so problems are not looked at. */
export function recordedPodSpec(value: unknown, where: string): PodSpec {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where}: the pod spec should be an object`);
	return readPodSpec(new FieldReader(value as Record<string, unknown>, [], { struct: 'PodSpec', fields: [] }, () => {}));
}

/** Checks every line of a `references` recording. */
export function referencesAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'references')) {
		const fields = new RecordedObject(line, 'references');
		const id = fields.string('id');
		fields.optionalString('note');
		const spec = recordedPodSpec(fields.take('spec'), id);
		const recorded = { secretNames: fields.list('secretNames'), configMapNames: fields.list('configMapNames') };
		fields.end();
		const ours = { secretNames: secretNames(spec), configMapNames: configMapNames(spec) };
		tally.count(sameJson(ours, recorded) ? null : { id, input: line, recorded, ours });
	}
	return tally.agreement;
}
