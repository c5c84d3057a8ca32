// Rules about names, label keys and data keys as the API server checks them, each giving the list of what is wrong in its
// exact words. Follows apimachinery/pkg/util/validation/validation.go and apimachinery/pkg/api/validation/path (A12).

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`;
const QUALIFIED_NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED_NAME})?`;
const DATA_KEY = '[-._a-zA-Z0-9]+';

/** Longest DNS subdomain and data key, bytes. */
const SUBDOMAIN_MAX = 253;
/** Longest DNS label, label value and name part of a label key, bytes. */
const LABEL_MAX = 63;

const SUBDOMAIN_RULE =
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_RULE =
	"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const QUALIFIED_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const VALUE_RULE =
	"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_RULE = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";

/**
 * How a release words errors about label keys and values (`labelKeyWording` of its profile). Newer ones also say that
 * lengths are bytes; they have always been counted in bytes.
 */
export type LabelWording = 'qualified name' | 'label key';

function whole(pattern: string): RegExp {
	return new RegExp(`^(?:${pattern})$`);
}

const IS_DNS_LABEL = whole(DNS_LABEL);
const IS_DNS_SUBDOMAIN = whole(DNS_SUBDOMAIN);
const IS_QUALIFIED_NAME = whole(QUALIFIED_NAME);
const IS_LABEL_VALUE = whole(LABEL_VALUE);
const IS_DATA_KEY = whole(DATA_KEY);

/** Length in bytes of the UTF-8 form. */
export function utf8Length(text: string): number {
	let length = 0;
	for (const character of text) {
		const code = character.codePointAt(0) as number;
		length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
	}
	return length;
}

/** True when the UTF-8 form of a text is longer than that many bytes; a UTF-16 unit makes three of them at most. */
function isLonger(text: string, max: number): boolean {
	return 3 * text.length > max && utf8Length(text) > max;
}

function ruleText(rule: string, pattern: string, ...examples: readonly string[]): string {
	// The two blanks before "or" are in the original.
	const list = examples.map((example) => `'${example}'`).join(',  or ');
	return `${rule} (e.g. ${list}, regex used for validation is '${pattern}')`;
}

function tooLongText(max: number, wording: LabelWording = 'qualified name'): string {
	return `must be no more than ${max} ${wording === 'label key' ? 'bytes' : 'characters'}`;
}

/** Rules of a DNS subdomain: names of Secrets and ConfigMaps, and with a `wording` the prefix of a label key. */
export function subdomainProblems(value: string, wording?: LabelWording): string[] {
	const problems: string[] = [];
	if (isLonger(value, SUBDOMAIN_MAX)) problems.push(tooLongText(SUBDOMAIN_MAX, wording));
	if (!IS_DNS_SUBDOMAIN.test(value)) problems.push(ruleText(SUBDOMAIN_RULE, DNS_SUBDOMAIN, 'example.com'));
	return problems;
}

/** Rules of a DNS label: names of namespaces. */
export function dnsLabelProblems(value: string): string[] {
	const problems: string[] = [];
	if (isLonger(value, LABEL_MAX)) problems.push(tooLongText(LABEL_MAX));
	if (IS_DNS_LABEL.test(value)) return problems;
	const dots = IS_DNS_SUBDOMAIN.test(value);
	return [...problems, dots ? 'must not contain dots' : ruleText(LABEL_RULE, DNS_LABEL, 'my-name', '123-abc')];
}

/** Rules of a name inside a URL, which every kind obeys. */
export function pathSegmentProblems(value: string): string[] {
	if (value === '.' || value === '..') return [`may not be '${value}'`];
	return ['/', '%'].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

function qualifiedRuleText(): string {
	return ruleText(QUALIFIED_RULE, QUALIFIED_NAME, 'MyName', 'my.name', '123-abc');
}

/** Rules of label keys, annotation keys and finalizers: `name` or `dns.subdomain/name`. */
export function qualifiedNameProblems(value: string, wording: LabelWording): string[] {
	const parts = value.split('/');
	if (parts.length > 2) {
		const what = wording === 'label key' ? 'a valid label key' : 'a qualified name';
		return [`${what} ${qualifiedRuleText()} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
	}
	const problems: string[] = [];
	const prefix = parts.length === 2 ? (parts[0] as string) : undefined;
	const name = parts[parts.length - 1] as string;
	if (prefix === '') problems.push('prefix part must be non-empty');
	else if (prefix !== undefined) problems.push(...subdomainProblems(prefix, wording).map((problem) => `prefix part ${problem}`));
	if (name === '') problems.push('name part must be non-empty');
	else if (isLonger(name, LABEL_MAX)) problems.push(`name part ${tooLongText(LABEL_MAX, wording)}`);
	if (!IS_QUALIFIED_NAME.test(name)) problems.push(`name part ${qualifiedRuleText()}`);
	return problems;
}

/** Rules of label values. */
export function labelValueProblems(value: string, wording: LabelWording): string[] {
	const problems: string[] = [];
	if (isLonger(value, LABEL_MAX)) problems.push(tooLongText(LABEL_MAX, wording));
	if (!IS_LABEL_VALUE.test(value)) problems.push(ruleText(VALUE_RULE, LABEL_VALUE, 'MyValue', 'my_value', '12345'));
	return problems;
}

/** Rules of the keys of `data` and `binaryData`, which become file names. */
export function dataKeyProblems(key: string): string[] {
	const problems: string[] = [];
	if (isLonger(key, SUBDOMAIN_MAX)) problems.push(tooLongText(SUBDOMAIN_MAX));
	if (!IS_DATA_KEY.test(key)) problems.push(ruleText(KEY_RULE, DATA_KEY, 'key.name', 'KEY_NAME', 'key-name'));
	if (key === '.' || key === '..') problems.push(`must not be '${key}'`);
	else if (key.startsWith('..')) problems.push("must not start with '..'");
	return problems;
}
