// Conformance of the TTL controller: the recorded annotations of a growing and shrinking cluster against `TtlController`
// and `ttlAnnotationPatch` of version 1.36, step by step.

import { TtlController, ttlAnnotationPatch } from '../../src/cluster/ttl-controller.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { RecordedObject, sequencesOf } from './recording.js';

/** What one recorded step shows. */
interface Seen {
	readonly ttl: string | null;
	readonly patch?: string;
}

/** A cluster with its controller; the oldest node is first. */
class Cluster {
	readonly #controller = new TtlController(profileOf('1.36').ttlTopStep600);
	readonly #annotations: (string | undefined)[] = [];

	constructor(nodes: number) {
		for (let i = 0; i < nodes; i++) this.#controller.add();
		// The controller patches the nodes once it has counted the whole list.
		for (let i = 0; i < nodes; i++) this.#annotations.push(undefined);
		for (let i = 0; i < nodes; i++) this.#reconcile(i);
	}

	get size(): number {
		return this.#annotations.length;
	}

	get oldest(): string | null {
		return this.#annotations[0] ?? null;
	}

	/** The controller looks at a node; gives the PATCH it sends. */
	#reconcile(node: number): string {
		const patch = ttlAnnotationPatch(this.#annotations[node], this.#controller.ttl);
		if (patch === null) return '';
		const { metadata } = JSON.parse(patch) as { metadata: { annotations: Record<string, string> } };
		this.#annotations[node] = metadata.annotations['node.alpha.kubernetes.io/ttl'];
		return patch;
	}

	step(op: string, annotation: string | undefined): Seen {
		if (op === 'add' || op === 'addWith') {
			this.#controller.add();
			const place = this.#annotations.push(annotation) - 1;
			const patch = this.#reconcile(place);
			const ttl = this.#annotations[place] ?? null;
			return op === 'add' ? { ttl } : { ttl, patch };
		}
		if (op === 'delete') {
			this.#annotations.pop();
			this.#controller.delete();
			if (this.size > 0) this.#reconcile(0);
			return { ttl: this.oldest };
		}
		if (op === 'touch') return { patch: this.#reconcile(0), ttl: this.oldest };
		if (op === 'look') return { ttl: this.oldest };
		throw new Error(`unknown operation ${op}`);
	}
}

/** Number of steps of a segment: one a node for those that change the number, else one. */
function stepsOf(op: string, from: number, to: number): number {
	return op === 'touch' || op === 'look' ? 1 : Math.abs(to - from);
}

/** Checks every line of a `ttl-controller` recording; a case is one sequence. */
export function ttlControllerAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'ttl-controller')) {
		const fields = new RecordedObject(line, 'ttl-controller');
		const id = fields.string('id');
		fields.optionalString('note');
		const cluster = new Cluster(fields.number('start'));
		const startTTL = fields.take('startTTL');
		const segments = fields.list('segments');
		fields.end();
		let difference = cluster.oldest === startTTL ? null : { id, input: line, recorded: startTTL, ours: cluster.oldest as unknown };
		for (const [index, segment] of segments.entries()) difference ??= segmentDifference(cluster, segment, `${id}[${index}]`);
		tally.count(difference);
	}
	return tally.agreement;
}

function segmentDifference(
	cluster: Cluster,
	segment: unknown,
	id: string,
): { id: string; input: unknown; recorded: unknown; ours: unknown } | null {
	const fields = new RecordedObject(segment, id);
	const op = fields.string('op');
	const from = fields.number('from');
	const to = fields.number('to');
	const annotation = fields.optionalString('annotation');
	const ttl = fields.take('ttl');
	const patch = fields.optionalString('patch');
	fields.end();
	const recorded = patch === undefined ? { ttl } : { ttl, patch };
	if (cluster.size !== from) throw new Error(`${id}: begins with ${from} nodes where there are ${cluster.size}`);
	for (let i = stepsOf(op, from, to); i > 0; i--) {
		const ours = cluster.step(op, annotation);
		if (!sameJson(ours, recorded)) return { id, input: segment, recorded, ours: { ...ours, nodes: cluster.size } };
	}
	if (cluster.size !== to) throw new Error(`${id}: ends with ${to} nodes where there are ${cluster.size}`);
	return null;
}
