// Strict reading of recordings: a field that nobody knows is an error, never skipped, so that a newer recording cannot
// pass by not being understood. Also the text conventions of the component recordings ({{c*n}}, base64:).

/** A JSON object of a recording whose fields are taken one by one; what was not taken at the end is an error. */
export class RecordedObject {
	readonly where: string;
	readonly #fields: Map<string, unknown>;

	constructor(value: unknown, where: string) {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where}: expected an object`);
		this.where = where;
		this.#fields = new Map(Object.entries(value));
	}

	has(name: string): boolean {
		return this.#fields.has(name);
	}

	/** Takes a field of any kind; undefined when it is absent. */
	take(name: string): unknown {
		const value = this.#fields.get(name);
		this.#fields.delete(name);
		return value;
	}

	string(name: string): string {
		const value = this.take(name);
		if (typeof value !== 'string') throw new Error(`${this.where}: ${name} should be a string`);
		return value;
	}

	optionalString(name: string): string | undefined {
		return this.has(name) ? this.string(name) : undefined;
	}

	number(name: string): number {
		const value = this.take(name);
		if (typeof value !== 'number') throw new Error(`${this.where}: ${name} should be a number`);
		return value;
	}

	optionalNumber(name: string): number | undefined {
		return this.has(name) ? this.number(name) : undefined;
	}

	boolean(name: string): boolean {
		const value = this.take(name);
		if (typeof value !== 'boolean') throw new Error(`${this.where}: ${name} should be true or false`);
		return value;
	}

	/** An array; an absent or null one is empty, as Go writes it. */
	list(name: string): readonly unknown[] {
		const value = this.take(name) ?? [];
		if (!Array.isArray(value)) throw new Error(`${this.where}: ${name} should be a list`);
		return value as unknown[];
	}

	/** A map of strings; an absent or null one is empty. Keys keep their order. */
	strings(name: string): ReadonlyMap<string, string> {
		const value = this.take(name) ?? {};
		if (typeof value !== 'object') throw new Error(`${this.where}: ${name} should be a map`);
		const entries = Object.entries(value);
		for (const [key, text] of entries) if (typeof text !== 'string') throw new Error(`${this.where}: ${name}.${key} should be a string`);
		return new Map(entries as [string, string][]);
	}

	/** @throws Error when a field is left that nobody took. */
	end(): void {
		const left = [...this.#fields.keys()];
		if (left.length > 0) throw new Error(`${this.where}: unknown field ${left.join(', ')}`);
	}
}

/** The sequences of a component recording: checks the header's area and count, gives the lines below it. */
export function sequencesOf(lines: readonly unknown[], area: string): readonly unknown[] {
	const [header, ...sequences] = lines;
	const fields = new RecordedObject(header, 'header');
	if (fields.string('area') !== area) throw new Error(`the header is not of area ${area}`);
	const count = fields.number('count');
	if (count !== sequences.length) throw new Error(`${area}: the header says ${count} sequences, the file has ${sequences.length}`);
	return sequences;
}

/** Replaces {{c*n}} by n times the character c, and {{base64:c*n}} by the base64 text of that. */
export function expandTokens(text: string): string {
	return text.replace(/\{\{(base64:)?(.)\*(\d+)\}\}/gu, (_all, base64: string | undefined, character: string, times: string) => {
		const run = character.repeat(Number(times));
		return base64 === undefined ? run : Buffer.from(run).toString('base64');
	});
}

/** The inverse for output: runs of 60 or more of one ASCII character become {{c*n}}. */
export function collapseTokens(text: string): string {
	return text.replace(/([\0-\x7f])\1{59,}/gs, (run, character: string) => `{{${character}*${run.length}}}`);
}

/** The bytes of recorded content. */
export function contentBytes(text: string): Uint8Array {
	return text.startsWith('base64:') ? Buffer.from(text.slice('base64:'.length), 'base64') : Buffer.from(expandTokens(text));
}

/** Bytes as a recording writes them: text when they are UTF-8, base64 otherwise. */
export function contentText(bytes: Uint8Array): string {
	const text = decode(bytes);
	if (text === null || text.startsWith('base64:')) return `base64:${Buffer.from(bytes).toString('base64')}`;
	return collapseTokens(text);
}

function decode(bytes: Uint8Array): string | null {
	try {
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return null;
	}
}

/** An octal mode of a recording. */
export function parseMode(text: string): number {
	if (!/^[0-7]{1,4}$/.test(text)) throw new Error(`not an octal mode: ${text}`);
	return Number.parseInt(text, 8);
}

/** A mode as recordings write it: four octal digits. */
export function modeText(mode: number): string {
	return mode.toString(8).padStart(4, '0');
}
