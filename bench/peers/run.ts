// `npm run bench -- --peers [--webernetes DIR] [--write]`: measures this program and, where it is installed, webernetes on the work of
// the fleet benchmark, and sets recorded and documented numbers of others beside them. DIR is a folder outside the repository in which
// `npm install @ngrok/webernetes` was run; without it the row says how to fill it.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { environment, environmentText } from '../environment.js';
import { PODS_PER_NODE } from '../fleet/workload.js';
import type { FleetReport, FleetRequest } from '../goal/measurements.js';
import { packageVersion, repositoryPath } from '../repository.js';
import { median, round3 } from '../statistics.js';
import { type CostLine, hollowKubelet, type Peer, peerTable, perPodHour } from './table.js';

const GOAL_CHILD = fileURLToPath(new URL('../goal/child.js', import.meta.url));
const RUNS = 3;
const DAY = 24;

function childJson(args: readonly string[]): unknown {
	const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
	if (child.status !== 0) throw new Error(`${args.join(' ')}: the process left with ${child.status ?? child.signal}`);
	return JSON.parse(child.stdout);
}

/** Kubemark's own guide: what a hollow node is given. */
const KUBEMARK: Peer = {
	name: 'kubemark',
	work: 'real API server and kubelets with fake containers; its guide says that pods with volumes cannot be scheduled',
	evidence: 'documented',
	cpuPerPodHour: perPodHour(0.1, PODS_PER_NODE),
	mebibytesPerNode: 220,
	time: 'real',
	method:
		'its guide gives a hollow node 0.09 of a core and 220 MB, with the add-ons of its host about 0.1 of a core, so 10 nodes a core ' +
		'(kubernetes/community, contributors/devel/sig-scalability/kubemark-guide.md, "Starting a Kubemark cluster"); a limit, not a measurement, here over 30 pods',
};

function recorded(): readonly Peer[] {
	const file = 'test/recordings/e2e/r5-cost.jsonl';
	const [, ...lines] = readFileSync(repositoryPath(file), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as CostLine);
	return ['r2', 'r5a'].map((run) => hollowKubelet(lines, run, file));
}

function secretsim(name: string, engine: 'fast' | 'reference', nodes: number): readonly Peer[] {
	return (['Watch', 'Cache', 'Get'] as const).map((strategy): Peer => {
		const request: FleetRequest = { strategy, engine, nodes, hours: DAY, rough: false, bareSyncs: 0, figures: false };
		const reports = Array.from({ length: RUNS }, () => childJson([GOAL_CHILD, 'fleet', JSON.stringify(request)]) as FleetReport);
		const cpu = median(reports.map(({ cpuSeconds }) => cpuSeconds));
		return {
			name: `secretsim, ${strategy}, ${name}`,
			work: 'everything but containers, in a model',
			evidence: 'measured here',
			cpuPerPodHour: cpu / (nodes * PODS_PER_NODE * DAY),
			mebibytesPerNode: null,
			time: 'virtual',
			method: `fleet workload, ${nodes} nodes x ${PODS_PER_NODE} pods, a day: ${round3(cpu)} s of CPU time, median of ${RUNS} processes, peak ${Math.round(median(reports.map(({ peakMiB }) => peakMiB)))} MiB`,
		};
	});
}

interface WebernetesReport {
	readonly pods: number;
	readonly virtualSeconds: number;
	readonly syncs: number;
	readonly cpuSeconds: number;
	readonly peakMiB: number;
}

async function webernetes(folder: string | undefined): Promise<Peer> {
	const row = {
		name: 'webernetes',
		work: 'pod syncs of a ported kubelet, with probes and containers; keeps Secrets and volumes out',
		mebibytesPerNode: null,
		time: 'virtual',
	} as const;
	if (folder === undefined) {
		const how = 'npm install @ngrok/webernetes in a folder outside the repository, then --webernetes FOLDER';
		return { ...row, evidence: 'not run', cpuPerPodHour: null, method: how };
	}
	const work = mkdtempSync(join(tmpdir(), 'secretsim-bench-'));
	try {
		const program = join(folder, 'secretsim-bench-webernetes.mjs');
		copyFileSync(repositoryPath('bench/peers/webernetes.mjs'), program);
		const outfile = join(work, 'webernetes.mjs');
		try {
			// The package imports its own files without extensions, which Node does not resolve.
			await build({ entryPoints: [program], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'warning' });
		} finally {
			rmSync(program);
		}
		const reports = Array.from({ length: RUNS }, () => childJson([outfile]) as WebernetesReport);
		const cpu = median(reports.map(({ cpuSeconds }) => cpuSeconds));
		const { pods, virtualSeconds } = reports[0] as WebernetesReport;
		const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/@ngrok/webernetes/package.json'), 'utf8')) as {
			version: string;
		};
		return {
			...row,
			evidence: 'measured here',
			cpuPerPodHour: (cpu / pods / virtualSeconds) * 3_600,
			method: `@ngrok/webernetes ${version}, bundled with esbuild: 3 nodes x 30 pods of one container, warm, its clock stepped by 100 ms for ${virtualSeconds} s (\`bench/peers/webernetes.mjs\`): ${round3(cpu)} s of CPU time for ${median(reports.map(({ syncs }) => syncs))} syncs, median of ${RUNS} processes`,
		};
	} finally {
		rmSync(work, { recursive: true });
	}
}

const HEAD = `An hour of a cluster costs each program CPU time that grows with its pods; the fifth column says what that means for the cluster that the
questions are about. Real time and virtual time differ in kind: who runs in real time needs those cores for as long as the cluster is
watched and waits that long, who runs in virtual time is done when the work is done. The rows do different amounts of the work (second column),
so they are orders of magnitude, not a race.`;

/** Measures and prints the table. */
export async function runPeers(options: { readonly write: boolean; readonly webernetes: string | undefined }): Promise<void> {
	const peers = [
		KUBEMARK,
		...recorded(),
		await webernetes(options.webernetes),
		...secretsim('event by event', 'reference', 10),
		...secretsim('fast path', 'fast', 100),
	];
	const table = peerTable(peers);
	console.log(table);
	if (!options.write) return;
	const folder = repositoryPath('results/benchmarks');
	mkdirSync(folder, { recursive: true });
	const command = 'npm run bench -- --peers --webernetes FOLDER --write';
	const document = { schema: 'secretsim.peers/v1', command, program: { version: packageVersion() }, environment: environment(), peers };
	writeFileSync(`${folder}/peers.json`, `${JSON.stringify(document, null, 2)}\n`);
	writeFileSync(`${folder}/peers.md`, `# Peers\n\n\`${command}\`. ${environmentText(environment())}.\n\n${HEAD}\n\n${table}`);
}
