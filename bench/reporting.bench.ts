// What it costs to show a result in each form, beside JSON.stringify of the same data: the result of the bundled default scenario for
// documents, its samples for rows.

import { loadRows, merge, sampleRows, simulate, summarise } from '../src/index.js';
import type { LoadRow, Results, SampleRow } from '../src/measure/result.js';
import { loadScenario } from '../src/node.js';
import { loadCsv, samplesCsv } from '../src/report/csv.js';
import { renderHtml } from '../src/report/html.js';
import { renderJson } from '../src/report/json.js';
import { runTable } from '../src/report/table.js';
import type { Benchmark, Group, Scale } from './benchmark.js';
import { scenarioFile } from './repository.js';

interface Material {
	readonly results: Results;
	readonly samples: readonly SampleRow[];
	readonly load: readonly LoadRow[];
}

async function material(scale: Scale): Promise<Material> {
	const plan = await loadScenario(scenarioFile('rotate-database-password.yaml'), { replications: scale === 'full' ? 10 : 2 });
	const partial = merge([simulate(plan)]);
	const run = summarise(partial);
	const results: Results = { schema: 'secretsim.results/v1', program: { version: '0', command: '' }, runs: [run] };
	const [samples, load] = [[...sampleRows(partial)], [...loadRows(partial)]];
	if (samples.length === 0 || load.length === 0) throw new Error('the default scenario gave nothing to report');
	return { results, samples, load };
}

const length = (lines: Iterable<string>): number => {
	let sum = 0;
	for (const line of lines) sum += line.length;
	return sum;
};

const STRINGIFY = 'JSON.stringify of the same data';

async function documents(scale: Scale): Promise<Group> {
	const { results, samples, load } = await material(scale);
	const run = results.runs[0] as Results['runs'][number];
	return {
		reference: STRINGIFY,
		tasks: [
			{ name: STRINGIFY, operations: 1, setup: () => () => JSON.stringify(results) },
			{ name: 'table', operations: 1, setup: () => () => length(runTable(run)) },
			{ name: 'JSON, checked against its schema', operations: 1, setup: () => () => renderJson(results).length },
			{
				name: 'HTML with its charts',
				operations: 1,
				setup: () => async () => (await renderHtml(results, [{ samples, load }])).length,
				async: true,
			},
		],
	};
}

function rows<T>(list: readonly T[], csv: (rows: readonly T[]) => Iterable<string>): Group {
	return {
		reference: STRINGIFY,
		tasks: [
			{ name: STRINGIFY, operations: list.length, setup: () => () => length(list.map((row) => JSON.stringify(row))) },
			{ name: 'CSV', operations: list.length, setup: () => () => length(csv(list)), limit: 3 },
		],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	return {
		name: 'reporting',
		question: 'What does it cost to show a result?',
		operation: 'one document, or one row',
		limitsFrom: 'A row of CSV takes at most three times what JSON.stringify takes for it.',
		groups: {
			'documents of the default scenario': () => documents(scale),
			'samples of the default scenario': async () => rows((await material(scale)).samples, samplesCsv),
			'load series of the default scenario': async () => rows((await material(scale)).load, loadCsv),
		},
	};
}
