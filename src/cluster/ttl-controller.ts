// The TTL controller of kube-controller-manager: the annotation `node.alpha.kubernetes.io/ttl` by the number of nodes, with
// bands that overlap, so that a cluster which shrank keeps a higher TTL than one which grew to the same size. Follows
// pkg/controller/ttl/ttl_controller.go (A7.1).

import { type Micros, SECOND } from '../core/time.js';

/** One band: left upwards when the count exceeds `upAbove`, downwards when it falls below `downBelow`. */
interface Band {
	readonly downBelow: number;
	readonly upAbove: number;
	readonly ttl: Micros;
}

const BANDS: readonly Band[] = [
	{ downBelow: 0, upAbove: 100, ttl: 0 },
	{ downBelow: 90, upAbove: 500, ttl: 15 * SECOND },
	{ downBelow: 450, upAbove: 1_000, ttl: 30 * SECOND },
	{ downBelow: 900, upAbove: 2_000, ttl: 60 * SECOND },
	{ downBelow: 1_800, upAbove: 10_000, ttl: 300 * SECOND },
	{ downBelow: 9_000, upAbove: Number.POSITIVE_INFINITY, ttl: 600 * SECOND },
];

/** Counts nodes and moves at most one band per node event. */
export class TtlController {
	readonly #top: number;
	#nodes = 0;
	#band = 0;

	/** @param topStep600 the release still has the step of 600 s above 10,000 nodes (until 1.24). */
	constructor(topStep600: boolean) {
		this.#top = topStep600 ? BANDS.length - 1 : BANDS.length - 2;
	}

	/** The TTL that a node is annotated with now. */
	get ttl(): Micros {
		return (BANDS[this.#band] as Band).ttl;
	}

	/** A node was added. */
	add(): void {
		this.#nodes += 1;
		if (this.#band < this.#top && this.#nodes > (BANDS[this.#band] as Band).upAbove) this.#band += 1;
	}

	/** A node was deleted. */
	delete(): void {
		this.#nodes -= 1;
		if (this.#band > 0 && this.#nodes < (BANDS[this.#band] as Band).downBelow) this.#band -= 1;
	}
}

/** The annotation that the controller writes. */
const TTL_ANNOTATION = 'node.alpha.kubernetes.io/ttl';
/** What Go's strconv.Atoi reads. */
const GO_INTEGER = /^[+-]?[0-9]+$/;

/**
 * The body of the PATCH that the controller sends when it looks at a node: at every add and update event of it.
 *
 * @param annotation the node's annotation, undefined when it has none.
 * @param ttl the TTL that it should have.
 * @returns null when the annotation is that number already, however it is written; then nothing is sent.
 */
export function ttlAnnotationPatch(annotation: string | undefined, ttl: Micros): string | null {
	const seconds = ttl / SECOND;
	if (annotation !== undefined && GO_INTEGER.test(annotation) && Number(annotation) === seconds) return null;
	return JSON.stringify({ metadata: { annotations: { [TTL_ANNOTATION]: String(seconds) } } });
}
