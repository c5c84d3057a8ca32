// Paths and quoted strings as Go writes them, because the kubelet's error texts and file names contain them: rules of
// Go's path/filepath (on Linux) and strconv packages.

/** What a clean path does not have: an empty element, `.` or `..` as an element, a slash at the end. */
const UNCLEAN = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** `filepath.Clean`: the shortest equivalent path; '.' for an empty one. */
export function cleanPath(path: string): string {
	if (!UNCLEAN.test(path.startsWith('/') ? path.slice(1) : path)) return path;
	const rooted = path.startsWith('/');
	const kept: string[] = [];
	for (const element of path.split('/')) {
		if (element === '' || element === '.') continue;
		if (element !== '..') kept.push(element);
		else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
		else if (!rooted) kept.push('..');
	}
	const joined = kept.join('/');
	if (rooted) return `/${joined}`;
	return joined === '' ? '.' : joined;
}

/** `filepath.Join`: joins the elements that are not empty and cleans the result; '' when all are empty. */
export function joinPath(...elements: readonly string[]): string {
	const filled = elements.filter((element) => element !== '');
	return filled.length === 0 ? '' : cleanPath(filled.join('/'));
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
	'\x07': '\\a',
	'\b': '\\b',
	'\f': '\\f',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\v': '\\v',
	'\\': '\\\\',
	'"': '\\"',
};

/** `strconv.Quote`, which is what the verb %q prints. */
export function quote(text: string): string {
	let quoted = '"';
	for (const character of text) {
		const short = SHORT_ESCAPES[character];
		const code = character.codePointAt(0) as number;
		if (short !== undefined) quoted += short;
		else if (code === 0x20 || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) quoted += character;
		else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
		else if (code >= 0xd800 && code <= 0xdfff) quoted += '\\ufffd';
		else if (code < 0x1_0000) quoted += `\\u${code.toString(16).padStart(4, '0')}`;
		else quoted += `\\U${code.toString(16).padStart(8, '0')}`;
	}
	return `${quoted}"`;
}

/** Orders strings as Go does: by the bytes of their UTF-8 form, which is the order of code points. */
export function compareStrings(left: string, right: string): number {
	const length = Math.min(left.length, right.length);
	for (let i = 0; i < length; i++) {
		const a = left.charCodeAt(i);
		const b = right.charCodeAt(i);
		if (a !== b) return rank(a) - rank(b);
	}
	return left.length - right.length;
}

/** Rank of a UTF-16 unit in the order of code points: surrogates stand for characters beyond all others. */
function rank(unit: number): number {
	return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}
