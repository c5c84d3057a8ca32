// Paths into a document: how `--set`, `matrix` and problems name one field. A path is a list of keys and list indexes;
// its text is `cluster.kubelet.syncFrequency`, `actions[0].every` or `cluster.nodeLabels["example.com/zone"]`, where
// `actions.0.every` says the same as the brackets. One path language everywhere: settings, matrix and messages.

/** Keys and list indexes from the root of a document. */
export type SettingPath = readonly (string | number)[];

/** A key that needs no brackets and quotes. */
const PLAIN_KEY = /^[A-Za-z_$][\w$/-]*$/;

/** A text is not a path. */
export class SettingPathError extends Error {
	readonly code = 'SETTING_PATH';
	constructor(text: string, what: string) {
		super(`${JSON.stringify(text)} is not a path: ${what}`);
		this.name = 'SettingPathError';
	}
}

/** Writes a path. */
export function printPath(path: SettingPath): string {
	let text = '';
	for (const part of path) {
		if (typeof part === 'number') text += `[${part}]`;
		else if (PLAIN_KEY.test(part)) text += text === '' ? part : `.${part}`;
		else text += `[${JSON.stringify(part)}]`;
	}
	return text;
}

/**
 * Reads a path. A part of digits alone is a list index.
 *
 * @throws SettingPathError for an empty part, an unclosed bracket or text after one.
 */
export function parsePath(text: string): SettingPath {
	const path: (string | number)[] = [];
	let at = 0;
	while (at < text.length) {
		if (text[at] === '[') {
			const bracket = readBracket(text, at);
			path.push(bracket.part);
			at = bracket.end;
			if (at < text.length && text[at] !== '.' && text[at] !== '[')
				throw new SettingPathError(text, `a "." is expected at "${text.slice(at)}"`);
			if (text[at] === '.' && at + 1 === text.length) throw new SettingPathError(text, 'it ends with a "."');
			if (text[at] === '.') at++;
			continue;
		}
		let end = at;
		while (end < text.length && text[end] !== '.' && text[end] !== '[') end++;
		const part = text.slice(at, end);
		if (part === '') throw new SettingPathError(text, 'it has an empty part');
		path.push(/^\d+$/.test(part) ? Number(part) : part);
		if (text[end] === '.' && end + 1 === text.length) throw new SettingPathError(text, 'it ends with a "."');
		at = text[end] === '.' ? end + 1 : end;
	}
	if (path.length === 0) throw new SettingPathError(text, 'it is empty');
	return path;
}

function readBracket(text: string, open: number): { readonly part: string | number; readonly end: number } {
	const index = /^\[(\d+)\]/.exec(text.slice(open));
	if (index !== null) return { part: Number(index[1]), end: open + index[0].length };
	const quoted = /^\[("(?:[^"\\]|\\.)*"|'[^']*')\]/.exec(text.slice(open));
	if (quoted === null) throw new SettingPathError(text, 'brackets hold a list index or a quoted key, as in actions[0] or ["a.b"]');
	const literal = quoted[1] as string;
	const end = open + quoted[0].length;
	if (literal.startsWith("'")) return { part: literal.slice(1, -1), end };
	try {
		return { part: JSON.parse(literal) as string, end };
	} catch {
		throw new SettingPathError(text, `${literal} is not a JSON string`);
	}
}

/** True when `path` is `prefix` or lies below it. */
export function startsWithPath(path: SettingPath, prefix: SettingPath): boolean {
	return prefix.length <= path.length && prefix.every((part, i) => String(part) === String(path[i]));
}
