// HTML as text: everything that comes from a scenario is escaped where it enters the page, and only what this module
// made is trusted. `markup` is a template tag, so forgetting to escape is not possible.

/** Text that is HTML already. */
export class Markup {
	readonly text: string;

	constructor(text: string) {
		this.text = text;
	}
}

/** What may stand in a template of {@link markup}. */
export type Insertion = string | number | Markup | readonly Insertion[];

/** Text as it must stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function inserted(value: Insertion): string {
	if (value instanceof Markup) return value.text;
	if (typeof value === 'string') return escapeHtml(value);
	if (typeof value === 'number') return String(value);
	return value.map(inserted).join('');
}

/** A template of HTML whose insertions are escaped unless they are {@link Markup} themselves. */
export function markup(parts: TemplateStringsArray, ...values: readonly Insertion[]): Markup {
	return new Markup(parts.map((part, index) => part + (index < values.length ? inserted(values[index] as Insertion) : '')).join(''));
}

/** A column of {@link table}. */
export interface TableColumn {
	readonly title: Insertion;
	readonly numeric?: boolean;
}

/** A table; a row with a single cell is a heading over the rows that follow. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly Insertion[])[]): Markup {
	const kind = (column: TableColumn | undefined): Markup => new Markup(column?.numeric === true ? ' class="number"' : '');
	const head = columns.map((column) => markup`<th scope="col"${kind(column)}>${column.title}</th>`);
	const body = rows.map((row) => {
		if (row.length === 1)
			return markup`<tr class="group"><th colspan="${columns.length}" scope="rowgroup">${row[0] as Insertion}</th></tr>\n`;
		const cells = row.map((cell, index) =>
			index === 0 ? markup`<th scope="row"${kind(columns[index])}>${cell}</th>` : markup`<td${kind(columns[index])}>${cell}</td>`,
		);
		return markup`<tr>${cells}</tr>\n`;
	});
	return markup`<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table></div>\n`;
}
