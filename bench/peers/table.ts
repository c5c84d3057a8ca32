// The table of peers: what it costs elsewhere to see how a Secret reaches pods, in one unit, CPU seconds for one pod for one hour of
// cluster time. Numbers are measured here, read from recordings of this repository, or documented by others; each row says which.

import { median, round3 } from '../statistics.js';

/** How a number came about. */
export type Evidence = 'measured here' | 'recorded' | 'documented' | 'not run';

/** One row. */
export interface Peer {
	readonly name: string;
	/** What of the fleet workload it does. */
	readonly work: string;
	readonly evidence: Evidence;
	/** CPU seconds for one pod for one hour of cluster time; null: nobody knows. */
	readonly cpuPerPodHour: number | null;
	/** MiB a node; null: not known, or not bound to a node. */
	readonly mebibytesPerNode: number | null;
	/** Whether an hour of the cluster takes an hour on the clock. */
	readonly time: 'real' | 'virtual';
	/** Method and source. */
	readonly method: string;
}

/** Nodes and pods of the cluster that the questions are about. */
export const LARGE_CLUSTER = { nodes: 5_000, pods: 150_000 } as const;

/** A line of `test/recordings/e2e/r5-cost.jsonl`. */
export interface CostLine {
	readonly run: string;
	readonly process: string;
	readonly strategy: string;
	readonly pods: number;
	readonly cpuShareOfOneCore: number;
	readonly rssMiBEnd: number;
	readonly syncFrequencySeconds: number;
}

/** CPU seconds for one pod for one hour, of a process that keeps `pods` pods with a share of one core. */
export function perPodHour(cores: number, pods: number): number {
	return (cores * 3_600) / pods;
}

/** The row of the hollow kubelet with its fake container runtime, from the recorded costs of one run, over its strategies. */
export function hollowKubelet(lines: readonly CostLine[], run: string, source: string): Peer {
	const own = lines.filter((line) => line.run === run);
	const kubelets = own.filter((line) => line.process === 'kubelet');
	const runtimes = own.filter((line) => line.process === 'runtime');
	if (kubelets.length === 0 || runtimes.length !== kubelets.length) throw new Error(`the recorded costs have no whole run ${run}`);
	const pods = kubelets[0]?.pods ?? 0;
	const cores = median(kubelets.map((line) => line.cpuShareOfOneCore)) + median(runtimes.map((line) => line.cpuShareOfOneCore));
	return {
		name: `real kubelet with fake containers, ${pods} pods, syncFrequency ${kubelets[0]?.syncFrequencySeconds} s`,
		work: 'everything; its API server and etcd not counted',
		evidence: 'recorded',
		cpuPerPodHour: perPodHour(cores, pods),
		mebibytesPerNode: Math.round(median(kubelets.map((line) => line.rssMiBEnd)) + median(runtimes.map((line) => line.rssMiBEnd))),
		time: 'real',
		method: `\`${source}\`, run ${run}: kubelet and its fake container runtime, share of one core over the write window, median of ${kubelets.length} nodes`,
	};
}

/** Cores that the large cluster keeps busy in real time, or the speed at which one core goes through its time. */
function largeCluster({ cpuPerPodHour, time }: Peer): string {
	if (cpuPerPodHour === null) return '?';
	const cores = (cpuPerPodHour * LARGE_CLUSTER.pods) / 3_600;
	const count = (value: number): string => (value >= 10 ? Math.round(value).toLocaleString('en-US') : String(round3(value)));
	return time === 'real' ? `${count(cores)} cores, in real time` : `one core at ${count(1 / cores)} times real time`;
}

/** The table as Markdown. */
export function peerTable(peers: readonly Peer[]): string {
	const rows = peers.map((peer) => {
		const cells = [
			peer.name,
			peer.work,
			peer.cpuPerPodHour === null ? '?' : String(round3(peer.cpuPerPodHour)),
			peer.mebibytesPerNode === null ? '' : String(peer.mebibytesPerNode),
			largeCluster(peer),
			`${peer.evidence}: ${peer.method}`,
		];
		return `| ${cells.join(' | ')} |`;
	});
	const { nodes, pods } = LARGE_CLUSTER;
	return [
		`| program | what it does of the work | CPU s per pod and hour of cluster time | MiB a node | ${nodes.toLocaleString('en-US')} nodes, ${pods.toLocaleString('en-US')} pods | evidence and method |`,
		'| --- | --- | ---: | ---: | --- | --- |',
		...rows,
		'',
	].join('\n');
}
