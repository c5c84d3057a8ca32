// Draws a Vega-Lite specification as an SVG without a browser. The same specification gives the same bytes: text is
// measured by Vega's own estimate, because no canvas is there, and the identifiers inside the SVG are made unique per
// chart, because several charts share one page.

import type { TopLevelSpec } from 'vega-lite';

/**
 * The SVG of a chart.
 *
 * @param id prefix of every identifier inside; must differ between the charts of one page.
 * @param label what the chart shows, for people who do not see it.
 */
export async function drawChart(spec: TopLevelSpec, id: string, label: string): Promise<string> {
	const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
	// Vega writes what it thinks of a specification to the console; standard output belongs to results.
	const logger = vega.logger(vega.Error);
	const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: 'none', logLevel: vega.Error });
	try {
		const svg = await view.toSVG();
		return withOwnIdentifiers(svg, id).replace(
			'<svg ',
			`<svg role="img" aria-label="${label.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}" `,
		);
	} finally {
		view.finalize();
	}
}

/** Numbers the identifiers of an SVG in order of appearance, below a prefix. */
function withOwnIdentifiers(svg: string, prefix: string): string {
	const names = new Map<string, string>();
	for (const [, name = ''] of svg.matchAll(/\bid="([^"]+)"/g)) {
		if (!names.has(name)) names.set(name, `${prefix}-${names.size + 1}`);
	}
	return svg
		.replace(/\bid="([^"]+)"/g, (_, name: string) => `id="${names.get(name)}"`)
		.replace(/url\(#([^)]+)\)/g, (whole, name: string) => (names.has(name) ? `url(#${names.get(name)})` : whole))
		.replace(/href="#([^"]+)"/g, (whole, name: string) => (names.has(name) ? `href="#${names.get(name)}"` : whole));
}
