// Reads YAML and JSON as kubectl reads them and remembers where every key and value stood, so that each later message
// can name file, line and column. Text goes in; one value with its places comes out per document. The scalar rules are
// those of sigs.k8s.io/yaml (goyaml.v2/resolve.go): 0644 is octal, yes and on are booleans, merge keys are merged, dates
// stay text. Syntax messages are this file's own, because the parser's may quote the text, which may be a Secret.

import type { CollectionTag, Document, Node, Pair, ScalarTag, YAMLMap } from 'yaml';
import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml';
import type { Place, ProblemList } from './input-error.js';
import { printPath, type SettingPath } from './setting-path.js';

/** Which end of a `key: value` pair a place means. */
export type PlaceOf = 'key' | 'value';

/** A value read from a file, with the places of its parts. */
export interface SourceValue {
	/** Plain data: null, booleans, numbers, strings, arrays, objects. */
	readonly value: unknown;
	/**
	 * Where the part at `path` stands; where there is none, the place of the nearest part around it.
	 *
	 * @param of the key or (by default) the value of the last pair of the path; list items have no key.
	 */
	place(path: SettingPath, of?: PlaceOf): Place;
}

/** Aliases may not blow a document up by more than this many times; the parser's own limit is 100 too. */
const MAX_ALIAS_COUNT = 100;

const BOOLEAN: ScalarTag = {
	default: true,
	tag: 'tag:yaml.org,2002:bool',
	identify: (value) => typeof value === 'boolean',
	test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
	resolve: (text) => /^[yYtT]|^[oO][nN]$/.test(text),
};

const OCTAL: ScalarTag = {
	default: true,
	tag: 'tag:yaml.org,2002:int',
	format: 'OCT',
	identify: (value) => Number.isInteger(value),
	test: /^[-+]?0o?[0-7][0-7_]*$/,
	resolve: (text) => integerOf(text, 8),
};

const BINARY: ScalarTag = {
	default: true,
	tag: 'tag:yaml.org,2002:int',
	format: 'BIN',
	identify: (value) => Number.isInteger(value),
	test: /^[-+]?0b[01_]+$/,
	resolve: (text) => integerOf(text, 2),
};

const DECIMAL: ScalarTag = {
	default: true,
	tag: 'tag:yaml.org,2002:int',
	identify: (value) => Number.isInteger(value),
	test: /^[-+]?[1-9][0-9_]*$/,
	resolve: (text) => integerOf(text, 10),
};

function integerOf(text: string, radix: number): number {
	const digits = text
		.replace(/^[-+]/, '')
		.replace(/^0[ob]/, '')
		.replaceAll('_', '');
	const size = Number.parseInt(digits, radix);
	return text.startsWith('-') ? -size : size;
}

function kubernetesTags(tags: (ScalarTag | CollectionTag | string)[]): (ScalarTag | CollectionTag | string)[] {
	return [BOOLEAN, OCTAL, BINARY, DECIMAL, ...tags] as (ScalarTag | CollectionTag | string)[];
}

/** What the parser's error codes mean, in words that quote nothing of the file. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
	ALIAS_PROPS: 'an alias (*name) can have neither an anchor nor a tag',
	BAD_ALIAS: 'an alias or anchor has an invalid name; a text that begins with * or & needs quotes',
	BAD_COLLECTION_TYPE: 'a tag does not fit the kind of collection that it is on',
	BAD_DIRECTIVE: 'an unknown directive; a text that begins with % needs quotes',
	BAD_DQ_ESCAPE: 'an invalid escape sequence in a "quoted" text; single quotes take backslashes as they are',
	BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed before this line',
	BAD_PROP_ORDER: 'anchors and tags must come after the indicators ?, : and -',
	BAD_SCALAR_START: 'a text that begins with this character needs quotes',
	BLOCK_AS_IMPLICIT_KEY: 'a second "key:" on one line; a text that contains ": " needs quotes',
	BLOCK_IN_FLOW: 'an indented block cannot stand inside of brackets or braces',
	IMPOSSIBLE: 'the text cannot be read as YAML',
	KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
	MISSING_CHAR: 'a character is missing here: a closing quote, bracket or brace, a comma, a colon or a blank',
	MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; probably a ":" is missing at the end of one of them',
	MULTIPLE_ANCHORS: 'a value can have at most one anchor',
	MULTIPLE_TAGS: 'a value can have at most one tag',
	NON_STRING_KEY: 'a key must be a text',
	RESOURCE_EXHAUSTION: 'the text is nested too deeply',
	TAB_AS_INDENT: 'a tab as indentation; YAML allows blanks only',
	TAG_RESOLVE_FAILED: 'a tag (!name) that is not known; a text that begins with ! needs quotes',
	UNEXPECTED_TOKEN: 'something that cannot stand here: a list item among keys, a key among list items, or a wrong indentation',
};

/**
 * Reads all documents of a YAML stream (a JSON text is one). Empty documents are left out.
 *
 * @param file name for messages.
 * @param problems receives syntax errors; a document with errors is left out of the answer.
 */
export function readYaml(file: string, text: string, problems: ProblemList): SourceValue[] {
	const lines = new LineCounter();
	const place = (offset: number): Place => {
		const at = lines.linePos(offset);
		return { file, line: Math.max(1, at.line), column: Math.max(1, at.col) };
	};
	const source = text.startsWith('\ufeff') ? text.slice(1) : text;
	const documents = parseAllDocuments(source, {
		lineCounter: lines,
		prettyErrors: false,
		uniqueKeys: false,
		merge: true,
		logLevel: 'silent',
		customTags: kubernetesTags as never,
	});
	const values: SourceValue[] = [];
	for (const document of documents) {
		const before = problems.problems.length;
		// One syntax error is often followed by others that it caused: the first one is told.
		const error = document.errors[0] ?? document.warnings[0];
		if (error !== undefined) {
			problems.add(place(error.pos[0]), 'syntax', SYNTAX_MESSAGES[error.code] ?? (SYNTAX_MESSAGES['IMPOSSIBLE'] as string));
			continue;
		}
		const root = document.contents;
		if (root === null || (isScalar(root) && root.value === null)) continue;
		checkNodes(document as Document<Node>, root as Node, place, problems);
		if (problems.problems.length > before) continue;
		try {
			const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
			values.push(new YamlValue(document as Document<Node>, value, place));
		} catch {
			problems.add(place(root.range?.[0] ?? 0), 'syntax', 'its aliases unfold into too many values');
		}
	}
	return values;
}

/** Reports keys that are given twice, keys that are no scalars, and aliases without an anchor. */
function checkNodes(document: Document<Node>, root: Node, place: (offset: number) => Place, problems: ProblemList): void {
	const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
	const visit = (node: unknown): void => {
		if (isAlias(node)) {
			if (node.resolve(document) === undefined) {
				problems.add(
					place(startOf(node)),
					'syntax',
					'an alias (*name) without an anchor (&name) before it; a text that begins with * needs quotes',
				);
			}
			return;
		}
		if (isSeq(node)) for (const item of node.items) visit(item);
		if (!isMap(node)) return;
		const lines = new Map<string, number>();
		for (const pair of node.items) {
			const at = place(startOf(pair.key));
			if (isCollection(pair.key)) problems.add(at, 'syntax', SYNTAX_MESSAGES['NON_STRING_KEY'] as string);
			const key = keyOf(pair);
			const first = lines.get(key);
			if (first === undefined) lines.set(key, at.line);
			else if (!isMergeKey(pair)) problems.add(at, 'duplicate', `the key ${JSON.stringify(key)} is given twice, first on line ${first}`);
			visit(pair.value);
		}
	};
	visit(root);
}

function keyOf(pair: Pair): string {
	return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function isMergeKey(pair: Pair): boolean {
	return isScalar(pair.key) && (pair.key.value === '<<' || typeof pair.key.value === 'symbol') && pair.key.type === Scalar.PLAIN;
}

/** A document of the parser as a {@link SourceValue}. */
class YamlValue implements SourceValue {
	readonly value: unknown;
	readonly #document: Document<Node>;
	readonly #place: (offset: number) => Place;

	constructor(document: Document<Node>, value: unknown, place: (offset: number) => Place) {
		this.#document = document;
		this.value = value;
		this.#place = place;
	}

	place(path: SettingPath, of: PlaceOf = 'value'): Place {
		let node: unknown = this.#document.contents;
		let offset = startOf(node);
		for (const [depth, part] of path.entries()) {
			const next = this.#step(node, part);
			if (next === undefined) break;
			node = next.value;
			const isLast = depth === path.length - 1;
			offset = (isLast && of === 'key') || startOf(node) < 0 ? startOf(next.key ?? node) : startOf(node);
		}
		return this.#place(Math.max(0, offset));
	}

	#step(parent: unknown, part: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
		const node = isAlias(parent) ? parent.resolve(this.#document) : parent;
		if (isSeq(node)) return typeof part === 'number' && part in node.items ? { key: undefined, value: node.items[part] } : undefined;
		if (!isMap(node)) return undefined;
		const own = node.items.find((pair) => !isMergeKey(pair) && keyOf(pair) === String(part));
		if (own !== undefined) return { key: own.key, value: own.value };
		return this.#stepIntoMerged(node, part);
	}

	#stepIntoMerged(node: YAMLMap, part: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
		for (const pair of node.items) {
			if (!isPair(pair) || !isMergeKey(pair)) continue;
			const merged = isAlias(pair.value) ? pair.value.resolve(this.#document) : pair.value;
			for (const source of isSeq(merged) ? merged.items : [merged]) {
				const found = this.#step(source, part);
				if (found !== undefined) return found;
			}
		}
		return undefined;
	}
}

/** Offset of a node, -1 when it has none (an empty value). */
function startOf(node: unknown): number {
	return isNode(node) && node.range != null ? node.range[0] : -1;
}

/** Reads one JSON text quickly, without places until somebody asks for one. Invalid JSON goes the slow way and is reported. */
export function readJson(file: string, text: string, problems: ProblemList): SourceValue[] {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return readYaml(file, text, problems);
	}
	if (value === null) return [];
	let slow: SourceValue | undefined;
	const places = (): SourceValue | undefined => {
		slow ??= readYaml(file, text, { add: () => undefined, problems: [] } as unknown as ProblemList)[0];
		return slow;
	};
	return [{ value, place: (path, of) => places()?.place(path, of) ?? { file, line: 1, column: 1 } }];
}

/** The part of a value at `path`; undefined where there is none. */
export function valueAt(value: unknown, path: SettingPath): unknown {
	let at = value;
	for (const part of path) {
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
		at = (at as Record<string | number, unknown>)[part];
	}
	return at;
}

/** A place with its path, for messages about settings that stand nowhere in the file. */
export function settingPlace(path: SettingPath): Place {
	return { file: `--set ${printPath(path)}`, line: 0, column: 0 };
}
