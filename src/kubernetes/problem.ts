// What is wrong with a manifest, as data: where, what was found, what is allowed, what was probably meant. Whoever reads
// the file turns the path into a line and a column. Values of Secrets and ConfigMaps never appear in a problem.

/** Where in a document: field names and list indexes from its root. */
export type DocumentPath = readonly (string | number)[];

/** One thing that is wrong with a manifest, or that its author should know. */
export interface ManifestProblem {
	/** `error`: the API server would refuse it or it cannot be understood. `warning`: it is read, but probably not as meant. */
	readonly severity: 'error' | 'warning';
	readonly path: DocumentPath;
	/** What stands there, in words; never a value of a Secret or ConfigMap. */
	readonly found: string;
	/** What may stand there, in words. */
	readonly allowed: string;
	/** What was probably meant, ready to be written there. */
	readonly suggestion?: string;
	/** A whole sentence for the reader. */
	readonly message: string;
	/** The text of Kubernetes' own decoder for a body that it cannot decode (400 BadRequest). */
	readonly decoderText?: string;
}

/** Receives problems in the order in which they are found. */
export type ProblemSink = (problem: ManifestProblem) => void;

/** A path as Kubernetes writes it: `spec.volumes[0].secret`, `data[tls.key]`. */
export function pathText(path: DocumentPath): string {
	let text = '';
	for (const part of path) {
		if (typeof part === 'number') text += `[${part}]`;
		else if (/^[A-Za-z][A-Za-z0-9]*$/.test(part)) text += text === '' ? part : `.${part}`;
		else text += `[${part}]`;
	}
	return text;
}

/** A value in words, for `found`: its kind, with the value itself where it is short and plain. */
export function describe(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	const text = JSON.stringify(value);
	return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
}

/** A value in words without the value itself, for places where it may be secret. */
export function describeKind(value: unknown): string {
	if (value === null || typeof value === 'object' || value === undefined) return describe(value);
	return `a ${typeof value}`;
}
