// Values that an action writes: plain text with `{{ random 16 }}` (as many new random characters, other ones in every firing
// and replication) and `{{ ordinal }}` (the number of the firing, from 1). Text in, parts out that hold a length and a
// fingerprint of the plain text, never the text.

import type { ContentPart, ContentTemplate } from '../cluster/plan.js';
import { type Content, contentOf } from '../kubernetes/content.js';
import { jsonObjectError } from '../kubernetes/go-json.js';
import { didYouMean } from './closest-word.js';
import type { Complaint } from './field-types.js';

/** Longest `{{ random N }}`: what a Secret can hold (A12). */
const LONGEST_RANDOM = 1_048_576;

const ALLOWED = '{{ random N }} with N from 1 to 1048576, or {{ ordinal }}';

/** What was made of a text. */
export type TemplateResult = { readonly template: ContentTemplate } | { readonly complaint: Complaint };

/** Keys whose value must be a JSON object in a Secret of a docker type (A12). */
const JSON_KEYS: readonly string[] = ['.dockercfg', '.dockerconfigjson'];

/** The content of a value of some key: with the answer to the question that docker config Secrets ask about theirs. */
export function contentOfKey(key: string, bytes: Uint8Array): Content {
	const error = JSON_KEYS.includes(key) ? jsonObjectError(bytes) : undefined;
	return error === undefined ? contentOf(bytes) : { ...contentOf(bytes), jsonObjectError: error };
}

/** Reads the value of a key, a text with templates. A complaint never repeats the text. */
export function readTemplate(key: string, text: string): TemplateResult {
	if (!text.includes('{{')) return { template: [{ kind: 'literal', content: contentOfKey(key, new TextEncoder().encode(text)) }] };
	const parts: ContentPart[] = [];
	let at = 0;
	for (;;) {
		const open = text.indexOf('{{', at);
		const literal = text.slice(at, open < 0 ? undefined : open);
		if (literal !== '') parts.push({ kind: 'literal', content: contentOf(new TextEncoder().encode(literal)) });
		if (open < 0) break;
		const close = text.indexOf('}}', open);
		if (close < 0) return { complaint: { message: 'has a {{ without its }}', allowed: ALLOWED } };
		const part = readPart(text.slice(open + 2, close).trim());
		if ('message' in part) return { complaint: part };
		parts.push(part);
		at = close + 2;
	}
	return { template: parts };
}

function readPart(text: string): ContentPart | Complaint {
	if (text === 'ordinal') return { kind: 'ordinal' };
	const random = /^random\s+(\d+)$/.exec(text);
	if (random === null) {
		const suggestion = didYouMean(text.split(/\s/)[0] as string, ['random', 'ordinal']);
		return { message: 'has a template that is not known', allowed: ALLOWED, ...(suggestion === null ? {} : { suggestion }) };
	}
	const length = Number(random[1]);
	if (length < 1 || length > LONGEST_RANDOM) return { message: 'has a random text of an impossible length', allowed: ALLOWED };
	return { kind: 'random', length };
}

/** True when the value is the same in every firing. */
export function isConstant(template: ContentTemplate): boolean {
	return template.every((part) => part.kind === 'literal');
}
