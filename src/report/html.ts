// The HTML report: one file that shows everything of a result without loading anything, not even from the machine it was
// made on. Its content security policy forbids scripts and foreign resources; charts are SVG inside the page.

import { createHash } from 'node:crypto';
import type { DelayCount, LoadRow, Results, RunResult, SampleRow } from '../measure/result.js';
import { drawChart } from './chart.js';
import { delayCurves, loadCurves } from './chart-data.js';
import { delayChart, lastReplicaChart, loadChart, outcomeChart } from './chart-specs.js';
import { headlineSentence, outcomeSum } from './headline.js';
import { REPORT_STYLE } from './html-style.js';
import { differenceTable, expectationTable, headlineTable, variantDetails } from './html-tables.js';
import { Markup, markup } from './html-text.js';
import { counted, formatSpan } from './number-format.js';

/** The rows of one run that its charts are drawn from. */
export interface RunSeries {
	readonly samples: Iterable<SampleRow>;
	/** Counts of delays where there are too many samples to keep them. */
	readonly delays?: Iterable<DelayCount>;
	readonly load: Iterable<LoadRow>;
}

const GLOSSARY: readonly (readonly [string, string])[] = [
	[
		'one volume',
		'From the commit of a write in the API server to the moment at which the files of one volume show it, or something newer. Every write counts in every volume that mounts the object; writes that were still pending at the end count as infinite.',
	],
	[
		'last replica',
		'From the commit of a write to the moment at which the last of all volumes that mount the object shows it: one number per write.',
	],
	[
		'injected',
		'Requests and volumes of kube-api-access, which the API server adds to every pod (unless told not to): load that nobody wrote into a manifest.',
	],
	[
		'95 % interval',
		'Where the true quantile lies with 95 % confidence, from independent units: replications, or nodes where they are independent. "Needs n units": so many would be needed to say it.',
	],
];

async function figure(title: string, id: string, svg: Promise<string>, caption: string): Promise<Markup> {
	return markup`<figure id="${id}"><h3>${title}</h3>\n${new Markup(await svg)}\n<figcaption>${caption}</figcaption></figure>\n`;
}

async function figures(run: RunResult, series: RunSeries, prefix: string): Promise<Markup[]> {
	const names = run.variants.map((variant) => variant.name);
	const { durationSeconds, replications } = run.scenario;
	const delays = delayCurves(series.samples, series.delays);
	const load = loadCurves(names, series.load, durationSeconds, replications);
	const drawn: Promise<Markup>[] = [];
	const draw = (name: string, title: string, spec: Parameters<typeof drawChart>[0], caption: string): void => {
		const id = `${prefix}-${name}`;
		drawn.push(figure(title, id, drawChart(spec, id, title), caption));
	};
	if (run.variants.some(({ timeToLastReplicaSeconds: last }) => last.count > 0 && last.p50 !== null)) {
		draw(
			'last-replica',
			'Until every replica has it',
			lastReplicaChart(run.variants),
			'Per write: dot half of them, blue bar up to 90 %, orange mark 99 %, grey line from the quickest to the slowest.',
		);
	}
	if (delays.length > 0) {
		draw(
			'delay',
			'Until one volume has it',
			delayChart(delays, names),
			'A curve that does not reach 100 % has writes that were still pending when the run ended.',
		);
	}
	if (load.some((point) => point.perSecond > 0)) {
		draw(
			'load',
			'What the API server is asked',
			loadChart(load, names),
			`All requests of all nodes, injected volumes included; mean over ${counted(replications, 'replication')}.`,
		);
	}
	if (run.variants.some((variant) => outcomeSum(variant) > 0)) {
		draw('outcomes', 'What became of the writes', outcomeChart(run.variants), 'One outcome per write and volume that mounts the object.');
	}
	return Promise.all(drawn);
}

function sentences(title: string, lines: readonly string[]): Markup {
	return lines.length === 0 ? markup`` : markup`<h2>${title}</h2>\n<ul>\n${lines.map((line) => markup`<li>${line}</li>\n`)}</ul>\n`;
}

async function runSection(run: RunResult, series: RunSeries, prefix: string): Promise<Markup> {
	const { scenario } = run;
	const facts = [
		`Kubernetes ${scenario.kubernetes}`,
		`${formatSpan(scenario.durationSeconds)} of virtual time, of which the first ${formatSpan(scenario.warmUpSeconds)} are not measured`,
		counted(scenario.replications, 'replication'),
		`seed ${scenario.seed}`,
	].join(' · ');
	return markup`<section>
<h1>${scenario.name}</h1>
<p class="facts">${facts}</p>
<p class="answer">${headlineSentence(run.variants)}</p>
<h2>${run.variants.length === 1 ? 'At a glance' : 'Side by side'}</h2>
${headlineTable(run)}${expectationTable(run)}<h2>Charts</h2>
${await figures(run, series, prefix)}${differenceTable(run)}<h2>${run.variants.length === 1 ? 'The variant in full' : 'Each variant in full'}</h2>
${run.variants.map((variant) => variantDetails(variant, run))}${sentences('Warnings', run.warnings)}${sentences('What was assumed', run.assumptions)}</section>
`;
}

function closing(results: Results): Markup {
	const { program, runs } = results;
	const terms = GLOSSARY.map(([term, meaning]) => markup`<dt>${term}</dt><dd>${meaning}</dd>\n`);
	const origin = runs.map(({ scenario }) => `plan ${scenario.planDigest}, draws ${scenario.randomAlgorithm}`).join('; ');
	return markup`<section>
<h2>What the words mean</h2>
<dl>
${terms}</dl>
<h2>Get the same again</h2>
${program.command === '' ? '' : markup`<pre>${program.command}</pre>\n`}<p class="note">secretsim ${program.version}; ${origin}. The same command gives the same bytes. All times are virtual: nothing here was measured on a clock.</p>
</section>
`;
}

/**
 * The whole page.
 *
 * @param series one entry per run of the results, in their order.
 */
export async function renderHtml(results: Results, series: readonly RunSeries[]): Promise<string> {
	const sections: Markup[] = [];
	for (const [index, run] of results.runs.entries()) {
		sections.push(await runSection(run, series[index] ?? { samples: [], load: [] }, `run${index + 1}`));
	}
	const hash = createHash('sha256').update(REPORT_STYLE).digest('base64');
	const title = `${results.runs.map((run) => run.scenario.name).join(', ')} - secretsim`;
	const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(REPORT_STYLE)}</style>
</head>
<body>
<main>
${sections}${closing(results)}</main>
</body>
</html>
`;
	return page.text;
}
