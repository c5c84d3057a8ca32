// Runs benchmarks: each round of each group in a process of its own, so that neither the compiler state nor the memory of one group
// falls on another.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Benchmark, EFFORTS, type Group, type Scale } from './benchmark.js';
import { measureGroup, type Round } from './harness.js';
import { repositoryPath } from './repository.js';
import { type BenchmarkResult, type GroupResult, groupResult } from './results.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MAIN = join(HERE, 'main.js');

/** What a child process says of its group. */
interface ChildReport {
	readonly reference: string;
	readonly limits: readonly (readonly [string, number | null])[];
	readonly rounds: readonly (readonly [string, Round])[];
}

/** Names of the benchmarks of this folder. */
export function benchmarkNames(): readonly string[] {
	// The sources, because a compiled file may have outlived its own.
	return readdirSync(repositoryPath('bench'))
		.filter((file) => file.endsWith('.bench.ts'))
		.map((file) => file.slice(0, -'.bench.ts'.length))
		.sort();
}

/** @throws {Error} when there is no such benchmark, or it does not call itself so. */
export async function loadBenchmark(name: string, scale: Scale): Promise<Benchmark> {
	if (!benchmarkNames().includes(name)) throw new Error(`no benchmark ${name}; there are: ${benchmarkNames().join(', ')}`);
	const module = (await import(pathToFileURL(join(HERE, `${name}.bench.js`)).href)) as {
		readonly benchmark: (scale: Scale) => Benchmark;
	};
	const benchmark = module.benchmark(scale);
	if (benchmark.name !== name) throw new Error(`bench/${name}.bench.ts calls itself ${benchmark.name}`);
	return benchmark;
}

async function groupOf(benchmark: Benchmark, name: string): Promise<Group> {
	const build = benchmark.groups[name];
	if (build === undefined) throw new Error(`${benchmark.name} has no group ${name}`);
	return build();
}

/** The work of a child process: measures one group once. @param turn number of the round. */
export async function childReport(name: string, group: string, scale: Scale, turn: number): Promise<string> {
	const measured = await groupOf(await loadBenchmark(name, scale), group);
	const report: ChildReport = {
		reference: measured.reference,
		limits: measured.tasks.map((task) => [task.name, task.limit ?? null]),
		rounds: [...(await measureGroup(measured, EFFORTS[scale], turn))],
	};
	return JSON.stringify(report);
}

/** A round in this process, which smoke runs make of all groups but the first: starting processes would take most of their time. */
async function here(name: string, group: string): Promise<ChildReport> {
	return JSON.parse(await childReport(name, group, 'smoke', 0)) as ChildReport;
}

function inChild(name: string, group: string, scale: Scale, turn: number): ChildReport {
	const args = [MAIN, name, '--group', group, '--turn', String(turn), ...(scale === 'smoke' ? ['--smoke'] : [])];
	const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
	if (child.status !== 0) throw new Error(`${name}, ${group}: the process left with ${child.status ?? child.signal}`);
	return JSON.parse(child.stdout) as ChildReport;
}

/**
 * Runs one benchmark.
 *
 * @param rounds processes per group.
 * @param onGroup told before each group.
 */
export async function runBenchmark(
	name: string,
	scale: Scale,
	rounds: number,
	onGroup: (group: string) => void = () => {},
): Promise<BenchmarkResult> {
	const benchmark = await loadBenchmark(name, scale);
	const groups: GroupResult[] = [];
	for (const [place, group] of Object.keys(benchmark.groups).entries()) {
		onGroup(group);
		const reports: ChildReport[] = [];
		for (let turn = 0; turn < rounds; turn++) {
			reports.push(scale === 'smoke' && place > 0 ? await here(name, group) : inChild(name, group, scale, turn));
		}
		const { reference, limits } = reports[0] as ChildReport;
		const limitOf = new Map(limits.map(([task, limit]) => [task, limit ?? undefined]));
		const measured = reports.map((report) => new Map(report.rounds));
		groups.push(groupResult(group, reference, limitOf, measured));
	}
	const { question, operation, limitsFrom = null } = benchmark;
	return { name, question, operation, limitsFrom, groups };
}
