// The files of the downward API: fields of the pod as text. Receives the items and the pod, gives files or the errors of
// all items. Follows CollectData of pkg/volume/downwardapi/downwardapi.go and pkg/fieldpath/fieldpath.go (K7.7, K20.8).

import { qualifiedNameProblems } from '../kubernetes/name-rules.js';
import type { DownwardApiItem } from '../kubernetes/objects.js';
import { aggregateText } from './aggregate.js';
import { cleanPath, compareStrings, quote } from './go-path.js';
import { NO_DEFAULT_MODE, type PayloadContext, type PayloadFile, type PayloadPod, type PayloadResult } from './payload-context.js';

/** The payload of a `downwardAPI` volume. */
export function downwardApiPayload<C>(
	items: readonly DownwardApiItem[],
	defaultMode: number | undefined,
	context: PayloadContext<C>,
): PayloadResult<C> {
	if (defaultMode === undefined) return { kind: 'error', text: NO_DEFAULT_MODE };
	const { files, errors } = collectDownwardApi(items, defaultMode, context);
	return errors.length > 0 ? { kind: 'error', text: aggregateText(errors) } : { kind: 'payload', files };
}

/** All files and all errors of the items; a caller that sees an error does not use the files. */
export function collectDownwardApi<C>(
	items: readonly DownwardApiItem[],
	defaultMode: number,
	context: PayloadContext<C>,
): { readonly files: readonly PayloadFile<C>[]; readonly errors: readonly string[] } {
	const files = new Map<string, PayloadFile<C>>();
	const errors: string[] = [];
	for (const item of items) {
		const path = cleanPath(item.path);
		const value = itemValue(item, context.pod);
		if (typeof value !== 'string') errors.push(value.error);
		else files.set(path, { path, mode: item.mode ?? defaultMode, content: value === '' ? context.empty : context.text(value) });
	}
	return { files: [...files.values()], errors };
}

type FieldValue = string | { readonly error: string };

function itemValue(item: DownwardApiItem, pod: PayloadPod): FieldValue {
	if (item.fieldRef) return fieldValue(item.fieldRef.fieldPath, pod);
	if (!item.resourceFieldRef) return '';
	return pod.resourceField ? pod.resourceField(item.resourceFieldRef) : item.resourceFieldRef.resource;
}

/**
 * `ExtractFieldPathAsString`: the text of one field of a pod's metadata.
 *
 * @param fieldPath `metadata.name`, `metadata.labels`, `metadata.annotations['key']`, ...
 */
export function fieldValue(fieldPath: string, pod: PayloadPod): FieldValue {
	const bracket = fieldPath.indexOf("['");
	if (bracket > 0 && fieldPath.endsWith("']") && fieldPath.length >= bracket + 4) {
		const field = fieldPath.slice(0, bracket);
		const key = fieldPath.slice(bracket + 2, -2);
		if (field === 'metadata.annotations') return subscript(fieldPath, key, key.toLowerCase(), pod.annotations);
		if (field === 'metadata.labels') return subscript(fieldPath, key, key, pod.labels);
		return { error: `fieldPath ${quote(fieldPath)} does not support subscript` };
	}
	switch (fieldPath) {
		case 'metadata.annotations':
			return formatMap(pod.annotations);
		case 'metadata.labels':
			return formatMap(pod.labels);
		case 'metadata.name':
			return pod.name;
		case 'metadata.namespace':
			return pod.namespace;
		case 'metadata.uid':
			return pod.uid;
		default:
			return { error: `unsupported fieldPath: ${fieldPath}` };
	}
}

function subscript(fieldPath: string, key: string, checked: string, map: Readonly<Record<string, string>>): FieldValue {
	// The words are those of 1.35 and later, as recorded.
	const problems = qualifiedNameProblems(checked, 'label key');
	if (problems.length > 0) return { error: `invalid key subscript in ${fieldPath}: ${problems.join(';')}` };
	return Object.hasOwn(map, key) ? (map[key] as string) : '';
}

/** `FormatMap`: one `key="value"` line per entry, sorted, no newline at the end. */
function formatMap(map: Readonly<Record<string, string>>): string {
	return Object.keys(map)
		.sort(compareStrings)
		.map((key) => `${key}=${quote(map[key] as string)}`)
		.join('\n');
}
