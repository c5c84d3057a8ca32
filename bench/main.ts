// npm run bench [-- [NAME...] [--rounds N] [--json FILE] [--write] [--compare BASE.json [--with NOW.json]] [--goal] [--peers]]
//
// Runs the benchmarks of this folder and prints their tables. `--write` also leaves them in results/benchmarks; `--json` in a file that
// `--compare` reads; `--goal` measures the stated goals instead, `--peers` the table of peers. `--smoke` (npm run bench:smoke) runs
// everything briefly: it proves that the benchmarks work and that their tasks agree, and measures nothing worth keeping.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EFFORTS, type Scale } from './benchmark.js';
import { compare, comparisonMarkdown } from './compare.js';
import { runGoals } from './goal/run.js';
import { runPeers } from './peers/run.js';
import { packageVersion, repositoryPath } from './repository.js';
import { type BenchmarkDocument, type BenchmarkResult, documentMarkdown, documentOf, markdownOf } from './results.js';
import { benchmarkNames, childReport, runBenchmark } from './suite.js';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		smoke: { type: 'boolean', default: false },
		write: { type: 'boolean', default: false },
		goal: { type: 'boolean', default: false },
		only: { type: 'string' },
		peers: { type: 'boolean', default: false },
		webernetes: { type: 'string' },
		rounds: { type: 'string', default: '5' },
		json: { type: 'string' },
		compare: { type: 'string' },
		with: { type: 'string' },
		group: { type: 'string' },
		turn: { type: 'string', default: '0' },
	},
});
const scale: Scale = values.smoke ? 'smoke' : 'full';
const rounds = values.smoke ? 1 : Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds takes a number of rounds, not ${values.rounds}`);

function readDocument(file: string): BenchmarkDocument {
	const document = JSON.parse(readFileSync(file, 'utf8')) as BenchmarkDocument;
	if (document.schema !== 'secretsim.benchmarks/v2') throw new Error(`${file} is not a document that --json or --write left`);
	return document;
}

async function measureAll(names: readonly string[]): Promise<BenchmarkDocument> {
	const results: BenchmarkResult[] = [];
	for (const name of names) {
		const result = await runBenchmark(name, scale, rounds, (group) => process.stderr.write(`${name}: ${group}\n`));
		console.log(markdownOf(result));
		results.push(result);
	}
	const command = ['npm run bench --', ...positionals, `--rounds ${rounds}`].join(' ');
	return documentOf(results, EFFORTS[scale], packageVersion(), command);
}

function write(document: BenchmarkDocument): void {
	const folder = repositoryPath('results/benchmarks');
	mkdirSync(folder, { recursive: true });
	writeFileSync(`${folder}/benchmarks.json`, `${JSON.stringify(document, null, 2)}\n`);
	writeFileSync(`${folder}/benchmarks.md`, documentMarkdown(document));
}

async function suite(): Promise<void> {
	const base = values.compare === undefined ? undefined : readDocument(values.compare);
	const known = benchmarkNames();
	for (const name of positionals) if (!known.includes(name)) throw new Error(`no benchmark ${name}; there are: ${known.join(', ')}`);
	const wanted =
		positionals.length > 0 ? positionals : (base?.benchmarks.map(({ name }) => name).filter((name) => known.includes(name)) ?? known);
	const document = values.with === undefined ? await measureAll(wanted) : readDocument(values.with);
	if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
	if (values.write && scale === 'full') write(document);
	if (base !== undefined) console.log(comparisonMarkdown(compare(base, document), base, document));
}

if (values.group !== undefined) {
	process.stdout.write(await childReport(positionals[0] ?? '', values.group, scale, Number(values.turn)));
} else if (values.goal) {
	process.exitCode = await runGoals({ scale, only: values.only, write: values.write });
} else if (values.peers) {
	await runPeers({ write: values.write, webernetes: values.webernetes });
} else {
	await suite();
	if (scale === 'smoke') {
		const code = await runGoals({ scale, only: undefined, write: false });
		console.log('(smoke run: the numbers above are not measurements)');
		if (code > 1) process.exitCode = code;
	}
}
