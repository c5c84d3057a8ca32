// Reads the metadata of every manifest, and Secrets and ConfigMaps whole: base64 decoded as the API server decodes it,
// stringData merged over data, the type defaulted. Takes parsed JSON values, gives an ObjectState with real bytes. Follows
// pkg/apis/core/v1/{conversion,defaults}.go (A12).

import { base64ErrorText, decodeBase64 } from './base64.js';
import type { FieldReader } from './field-reader.js';
import { METADATA_FIELDS, OBJECT_FIELDS } from './known-fields.js';
import { entriesOf, NO_ENTRIES, type ObjectKind, type ObjectState } from './objects.js';
import { pathText } from './problem.js';
import { SecretBytes } from './secret-bytes.js';

/** Type of a Secret that names none (pkg/apis/core/v1/defaults.go). */
export const DEFAULT_SECRET_TYPE = 'Opaque';
/** Namespace of a manifest that names none. */
export const DEFAULT_NAMESPACE = 'default';

/** The part of `metadata` that plays a role. */
export interface ReadMetadata {
	readonly name: string;
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Reads `metadata`.
 *
 * @param nameRequired false for a pod template, whose pods get names of their own.
 * @param defaultNamespace namespace of a manifest that names none.
 */
export function readMetadata(reader: FieldReader, nameRequired: boolean, defaultNamespace: string = DEFAULT_NAMESPACE): ReadMetadata {
	const metadata = reader.object('metadata', 'ObjectMeta');
	if (metadata === undefined) {
		if (nameRequired) reader.reportRequired('metadata', 'an object with a name');
		return { name: '', namespace: defaultNamespace, labels: NO_ENTRIES, annotations: NO_ENTRIES };
	}
	const name = metadata.string('name') ?? '';
	if (name === '' && nameRequired) reportNoName(metadata);
	const namespace = metadata.string('namespace') ?? '';
	const labels = entriesOf(metadata.strings('labels'));
	const annotations = entriesOf(metadata.strings('annotations'));
	metadata.finish(METADATA_FIELDS);
	return { name, namespace: namespace === '' ? defaultNamespace : namespace, labels, annotations };
}

function reportNoName(metadata: FieldReader): void {
	const generated = metadata.string('generateName') !== undefined;
	metadata.report(
		{
			severity: 'error',
			found: generated ? 'generateName' : 'nothing',
			allowed: 'a name',
			message: generated
				? 'metadata.name: Required value: generateName gives another name each time, which a reproducible run cannot use'
				: 'metadata.name: Required value: name or generateName is required',
		},
		'name',
	);
}

function readBase64(reader: FieldReader, field: 'data' | 'binaryData'): [string, SecretBytes][] {
	const values: [string, SecretBytes][] = [];
	for (const [key, text] of reader.strings(field, { secret: true, goType: 'map[string][]uint8' })) {
		const decoded = decodeBase64(text);
		if ('bytes' in decoded) {
			values.push([key, SecretBytes.copyOf(decoded.bytes)]);
			continue;
		}
		const decoderText = base64ErrorText(decoded.errorAt);
		reader.report(
			{
				severity: 'error',
				found: `text of ${text.length} characters that is not base64 (wrong at byte ${decoded.errorAt})`,
				allowed: 'base64 text with padding',
				...(field === 'data' ? { suggestion: 'stringData' } : {}),
				message: `${pathText([...reader.path, field, key])}: ${decoderText}${field === 'data' ? '; plain text belongs into stringData' : ''}`,
				decoderText,
			},
			field,
			key,
		);
	}
	return values;
}

function readText(reader: FieldReader, field: string): [string, SecretBytes][] {
	return reader.strings(field, { secret: true }).map(([key, text]) => [key, SecretBytes.ofText(text)]);
}

/** Reads a Secret or ConfigMap; problems are reported and the rest is read as far as it can be. */
export function readObject(reader: FieldReader, kind: ObjectKind, defaultNamespace: string = DEFAULT_NAMESPACE): ObjectState<SecretBytes> {
	const metadata = readMetadata(reader, true, defaultNamespace);
	const isSecret = kind === 'Secret';
	const data = isSecret ? [...readBase64(reader, 'data'), ...readText(reader, 'stringData')] : readText(reader, 'data');
	const binaryData = isSecret ? [] : readBase64(reader, 'binaryData');
	const type = isSecret ? (reader.string('type', 'v1.SecretType') ?? '') : '';
	const immutable = reader.boolean('immutable');
	reader.finish(OBJECT_FIELDS);
	return {
		kind,
		...metadata,
		type: isSecret && type === '' ? DEFAULT_SECRET_TYPE : type,
		immutable,
		// A later entry wins: stringData over data.
		data: entriesOf(data),
		binaryData: entriesOf(binaryData),
	};
}
