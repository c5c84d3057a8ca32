// `npm run bench -- --goal`: measures the stated goals, each heavy measurement in a process of its own, one process at a time. Every
// measurement is made once; then those that gain most from it are repeated in turn while the time budget lasts.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SWAP_LIMIT } from '../atomic-writer.bench.js';
import type { Scale } from '../benchmark.js';
import { environment, environmentText } from '../environment.js';
import { packageVersion, repositoryPath } from '../repository.js';
import { exponentGoal, FLAT, fleetGoals, type Goal, goalTable, isMet, LINEAR, plainGoal, type SizePoint } from './goals.js';
import type { FleetReport, FleetRequest } from './measurements.js';
import { BARE_PIECES, fleetName, GOAL_SIZES, type GoalSizes, hoursText, type Size, sizeOf } from './sizes.js';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** The whole table must take less than this on two cores. */
const MINUTES_LIMIT = 8;
/** Repetitions stop here, so that the table itself keeps its limit. */
const BUDGET_SECONDS = 420;
/** A measurement that takes longer has missed its goal, whatever it would have said; it is stopped, and its goals are not met. */
const CHILD_SECONDS = 150;
/** After this nothing is begun: what was not measured is not met. */
const LAST_START_SECONDS = 460;
const REPEATS = 3;
/** Strategy of the fleets that one and two workers share. */
const WORKERS_STRATEGY = 'Cache';
/** How much faster two of them are to be. */
const WORKERS_LIMIT = 1.8;
const STRATEGIES = ['Watch', 'Cache', 'Get'] as const;

/** One measurement and what its processes gave. */
interface Job {
	/** Group of goals it belongs to; `--only` chooses by it. */
	readonly topic: string;
	readonly kind: string;
	readonly request: object;
	readonly label: string;
	/** How often it is measured at most. */
	readonly repeats: number;
	readonly reports: unknown[];
	seconds: number;
}

function job(topic: string, kind: string, request: object, label: string, repeats: number = REPEATS): Job {
	return { topic, kind, request, label, repeats, reports: [], seconds: 0 };
}

/** The program as users get it, which `secretsim mount` is started from. */
function buildProgram(): void {
	const args = [repositoryPath('node_modules/typescript/bin/tsc'), '-p', repositoryPath('tsconfig.build.json')];
	const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
	if (status !== 0) throw new Error('the program does not compile');
}

/** What one process says; undefined: it took too long. */
async function runChild({ kind, request, label }: Job, turn: number): Promise<unknown> {
	const json = JSON.stringify({ ...request, turn });
	const child = spawn(process.execPath, [CHILD, kind, json], { stdio: ['ignore', 'pipe', 'inherit'] });
	let stopped = false;
	const timer = setTimeout(() => {
		stopped = true;
		child.kill('SIGKILL');
	}, CHILD_SECONDS * 1e3);
	let out = '';
	child.stdout.on('data', (chunk: Buffer) => {
		out += chunk.toString();
	});
	const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
	clearTimeout(timer);
	if (stopped) {
		process.stderr.write(`        stopped after ${CHILD_SECONDS} s\n`);
		return undefined;
	}
	if (code !== 0) throw new Error(`${label}: the process left with ${code ?? signal}`);
	return JSON.parse(out);
}

async function measure(jobs: readonly Job[], since: number, smoke: boolean): Promise<void> {
	const elapsed = (): number => (performance.now() - since) / 1e3;
	for (let turn = 0; turn < (smoke ? 1 : REPEATS); turn++) {
		for (const one of jobs) {
			if (turn >= one.repeats || one.reports.length < turn || elapsed() > LAST_START_SECONDS) continue;
			if (turn > 0 && elapsed() + one.seconds / turn > BUDGET_SECONDS) continue;
			process.stderr.write(`${elapsed().toFixed(0).padStart(4)} s  ${one.label}${turn === 0 ? '' : `, again (${turn + 1})`}\n`);
			const from = elapsed();
			const report = await runChild(one, turn);
			if (report !== undefined) one.reports.push(report);
			one.seconds += elapsed() - from;
		}
	}
}

function fleetJob(topic: string, request: FleetRequest, repeats?: number): Job {
	return job(topic, 'fleet', request, `${topic}: ${fleetName(request.strategy, request.rough)}, ${sizeOf(request)}`, repeats);
}

/** All measurements, the cheap ones first. */
function jobsOf(sizes: GoalSizes): readonly Job[] {
	const smoke = sizes === GOAL_SIZES.smoke;
	const series = { rough: false, bareSyncs: 0, figures: false };
	return [
		job('swap', 'swap', { smoke }, 'swaps on tmpfs'),
		job('mount', 'mount', {}, 'secretsim mount on the bundled application'),
		job('planning', 'planning', { nodes: sizes.day.nodes }, `planning ${sizes.day.nodes} nodes from manifests`),
		job('mainJob', 'mainJob', { nodes: sizes.mainJobNodes }, `${sizes.mainJobNodes} nodes x 30 pods for an hour, three strategies`),
		...sizes.seriesOf.flatMap((strategy) => [
			...sizes.durations.map((size) => fleetJob('duration', { ...size, ...series, strategy })),
			...sizes.fleets.map((size) => fleetJob('pods', { ...size, ...series, strategy }, size.nodes >= sizes.day.nodes ? 1 : REPEATS)),
		]),
		...[false, true].flatMap((rough) => {
			const request = { ...sizes.workers, rough, strategy: WORKERS_STRATEGY };
			const fleet = `${fleetName(WORKERS_STRATEGY, rough)}, ${sizeOf(sizes.workers)}`;
			return [
				job('workers', 'halves', request, `two processes, a half each: ${fleet}`),
				...[2, 1].map((workers) => job('workers', 'workers', { ...request, workers }, `${workers} workers: ${fleet}`)),
			];
		}),
		...STRATEGIES.flatMap((strategy) =>
			[false, true].map((rough) => fleetJob('day', { ...sizes.day, rough, strategy, bareSyncs: sizes.bareSyncs, figures: true })),
		),
	];
}

function reportsOf<T>(jobs: readonly Job[], topic: string, matches: (request: FleetRequest) => boolean = () => true): readonly T[] {
	return jobs.filter((one) => one.topic === topic && matches(one.request as FleetRequest)).flatMap((one) => one.reports as T[]);
}

function seriesGoals(jobs: readonly Job[], sizes: GoalSizes): readonly Goal[] {
	const nodes = (size: number): string => `${size} nodes`;
	const series = [
		['pods', sizes.fleets, ({ nodes: count }: Size) => count, nodes, LINEAR],
		['duration', sizes.durations, ({ hours }: Size) => hours, hoursText, FLAT],
	] as const;
	return series
		.filter(([topic]) => jobs.some((one) => one.topic === topic))
		.flatMap(([topic, fleets, sizeOfPoint, text, memoryLimit]) =>
			sizes.seriesOf.flatMap((strategy) => {
				const points: SizePoint[] = fleets.map((size) => ({
					size: sizeOfPoint(size),
					reports: reportsOf<FleetReport>(jobs, topic, (r) => r.strategy === strategy && r.nodes === size.nodes && r.hours === size.hours),
				}));
				return [
					exponentGoal(`${strategy}: exponent of time over ${topic}`, LINEAR, points, 'cpuSeconds', text),
					exponentGoal(`${strategy}: exponent of memory over ${topic}`, memoryLimit, points, 'peakMiB', text),
				];
			}),
		);
}

/** What two workers gained over one, and beside it what two processes gained that share nothing. */
function workersAgainstOne(
	jobs: readonly Job[],
	rough: boolean,
	sizes: GoalSizes,
): { readonly values: readonly number[]; readonly note: string } {
	const own = jobs.filter(({ topic, request }) => topic === 'workers' && (request as FleetRequest).rough === rough);
	const wall = (workers: number): number[] =>
		own
			.filter(({ request }) => (request as { workers?: number }).workers === workers)
			.flatMap(({ reports }) => reports as { wallSeconds: number }[])
			.map(({ wallSeconds }) => wallSeconds);
	const [one, two] = [wall(1), wall(2)];
	const halves = own.filter(({ kind }) => kind === 'halves').flatMap(({ reports }) => reports as { times: number }[]);
	const list = (numbers: readonly number[], digits: number): string => numbers.map((value) => value.toFixed(digits)).join(', ');
	const gained = list(
		halves.map(({ times }) => times),
		2,
	);
	return {
		values: one.slice(0, two.length).map((seconds, i) => seconds / (two[i] as number)),
		note: `${sizeOf(sizes.workers)}; ${list(one, 1)} s against ${list(two, 1)} s; two processes with a half each: ${gained} times one`,
	};
}

function singleGoals(jobs: readonly Job[], sizes: GoalSizes): readonly Goal[] {
	const of = (topic: string, field: string): number[] =>
		reportsOf<Record<string, number>>(jobs, topic).map((report) => report[field] as number);
	const rows: Goal[] = [];
	const add = (topic: string, goal: Omit<Goal, 'measured' | 'runs'>, values: readonly number[]): void => {
		if (jobs.some((job) => job.topic === topic)) rows.push(plainGoal(goal, values));
	};
	const most = { bound: 'most', note: '' } as const;
	const planned = of('planning', 'pods')[0] ?? 0;
	add(
		'planning',
		{ ...most, name: 'planning from manifests', unit: 's', limit: 1, note: `${planned} pods, files to pods on nodes` },
		of('planning', 'seconds'),
	);
	for (const rough of [false, true]) {
		const { values, note } = workersAgainstOne(jobs, rough, sizes);
		const name = `two workers against one, ${fleetName(WORKERS_STRATEGY, rough)}`;
		add('workers', { bound: 'least', name, unit: 'times', limit: WORKERS_LIMIT, note }, values);
	}
	add(
		'mainJob',
		{
			...most,
			name: 'main job: three strategies, one hour',
			unit: 's',
			limit: 10,
			note: `${sizes.mainJobNodes} nodes x 30 pods, with planes and results`,
		},
		of('mainJob', 'cpuSeconds'),
	);
	add(
		'swap',
		{ ...most, name: 'swap on tmpfs, bare calls = 1', unit: '', limit: SWAP_LIMIT, note: '3 keys of 100 bytes' },
		of('swap', 'ratio'),
	);
	add('swap', { ...most, name: 'swap on tmpfs', unit: 'ms', limit: 1, note: 'median' }, of('swap', 'milliseconds'));
	add(
		'mount',
		{ ...most, name: 'secretsim mount is up', unit: 's', limit: 1, note: `${of('mount', 'files')[0] ?? 0} manifest files, wall clock` },
		of('mount', 'seconds'),
	);
	return rows;
}

function goalsOf(jobs: readonly Job[], sizes: GoalSizes): readonly Goal[] {
	const has = (topic: string): boolean => jobs.some((one) => one.topic === topic);
	const days = (): readonly Goal[] =>
		STRATEGIES.flatMap((strategy) =>
			[false, true].flatMap((rough) =>
				fleetGoals(
					{ strategy, rough },
					sizeOf(sizes.day),
					reportsOf<FleetReport>(jobs, 'day', (request) => request.strategy === strategy && request.rough === rough),
				),
			),
		);
	return [...(has('day') ? days() : []), ...seriesGoals(jobs, sizes), ...singleGoals(jobs, sizes)];
}

const METHOD =
	'Speeds and times are CPU time of the process, all threads, unless they say wall clock; between the nodes of a fleet runs the bare ' +
	`renewal loop, in its process, a little at a time: its speed is the median of ${BARE_PIECES} such pieces. Every measurement has a process ` +
	'of its own, one at a time; a number is the median of its runs. An exponent is the slope of the least-squares line through the logarithms ' +
	'of the sizes and of the medians.';

/**
 * Measures and prints the goals.
 *
 * @param only topic to keep to: day, pods, duration (these two together as `pods,duration`), planning, workers, mainJob, swap, mount.
 * @returns exit code: 0 all met, 1 not.
 */
export async function runGoals(options: {
	readonly scale: Scale;
	readonly only: string | undefined;
	readonly write: boolean;
}): Promise<number> {
	buildProgram();
	const since = performance.now();
	const sizes = GOAL_SIZES[options.scale];
	const topics = options.only?.split(',');
	const jobs = jobsOf(sizes).filter(({ topic }) => topics === undefined || topics.includes(topic));
	if (jobs.length === 0) throw new Error(`--only ${options.only}: no such goal`);
	await measure(jobs, since, options.scale === 'smoke');
	const minutes = (performance.now() - since) / 60_000;
	const took: Goal = {
		name: 'this table',
		unit: 'min',
		limit: MINUTES_LIMIT,
		bound: 'most',
		measured: minutes,
		runs: 1,
		note: 'wall clock',
	};
	const goals = [...goalsOf(jobs, sizes), took];
	const table = goalTable(goals);
	console.log(table);
	const met = goals.filter(isMet).length;
	const summary = `${met} of ${goals.length} goals met. ${environmentText(environment())}`;
	console.log(summary);
	if (options.write && options.scale === 'full' && topics === undefined) {
		const folder = repositoryPath('results/benchmarks');
		mkdirSync(folder, { recursive: true });
		const command = 'npm run bench -- --goal --write';
		const document = {
			schema: 'secretsim.goals/v1',
			method: METHOD,
			command,
			program: { version: packageVersion() },
			environment: environment(),
		};
		const measured = jobs.map(({ topic, kind, request, reports }) => ({ topic, kind, request, reports }));
		writeFileSync(`${folder}/goals.json`, `${JSON.stringify({ ...document, goals, measurements: measured }, null, 2)}\n`);
		writeFileSync(`${folder}/goals.md`, `# Goals\n\n\`${command}\`: ${summary}.\n\n${METHOD}\n\n${table}`);
	}
	return met === goals.length ? 0 : 1;
}
