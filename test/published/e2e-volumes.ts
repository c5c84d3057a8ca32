// The volume tests of Kubernetes' end-to-end suite (P3): which files each of sixteen volumes has shown one after the other, and
// how long a test that looks every two seconds waits. Receives a study of the scenario, gives checks. Follows the objects and
// steps of test/e2e/common/storage (secrets_volume.go, configmap_volume.go, projected_secret.go, projected_configmap.go).

import type { TraceEvent } from '../../src/measure/trace.js';
import { atMost, type Check, exactly, expectations, type Study } from './check.js';

/** `framework.Poll`: how often the tests look, in seconds. */
const POLL_SECONDS = 2;
/** `podLogTimeout` of the tests in seconds; the TTL annotation of the node comes on top. */
const BOUND_SECONDS = 240;
/** The largest TTL annotation, of clusters above 2,000 nodes. */
const LARGEST_TTL_SECONDS = 300;

const FORMS = ['secret', 'config-map', 'projected-secret', 'projected-config-map'] as const;

/** Paths that a volume shows, mount first, then swap by swap. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
	deleted: ['data-1', 'nothing'],
	updated: ['data-1', 'data-3'],
	created: ['nothing', 'data-1'],
	plain: ['data-1', 'data-1'],
};

type Compared = Extract<TraceEvent, { kind: 'compared' }>;

/** What one volume has shown. */
function historyOf(events: readonly Compared[]): string {
	const paths = new Set<string>();
	return events
		.filter((event) => event.changed)
		.map(({ changedPaths, removedPaths }) => {
			for (const path of removedPaths) paths.delete(path);
			for (const path of changedPaths) paths.add(path);
			return [...paths].sort().join(' ') || 'nothing';
		})
		.join(' -> ');
}

/** The volumes of one strategy, from their mount on. */
async function contentChecks(study: Study, strategy: string): Promise<Check[]> {
	const { simulate } = study.program.library;
	const plan = await study.plan('coldStart=true', 'replications=1');
	const events: Compared[] = [];
	simulate(plan, { variants: [strategy], trace: (event) => event.kind === 'compared' && events.push(event) });
	return FORMS.map((form) => {
		const shown = Object.keys(SHOWN).map((volume) => {
			const own = events.filter((event) => event.pod === `default/${form}` && event.volume === volume);
			return `${volume}: ${historyOf(own)}`;
		});
		const expected = Object.entries(SHOWN).map(([volume, paths]) => `${volume}: ${paths.join(' -> ')}`);
		return exactly(`${strategy}, ${form}: files shown`, expected.join('; '), shown.join('; '));
	});
}

/** When a test that looks every two seconds notices. */
function noticed(seconds: number | null): number | null {
	return seconds === null ? null : Math.ceil(seconds / POLL_SECONDS) * POLL_SECONDS;
}

/** All checks of P3. */
export async function e2eVolumeChecks(study: Study): Promise<Check[]> {
	const { result } = await study.run();
	const checks: Check[] = [];
	for (const { name, propagation } of result.variants) {
		checks.push(
			...(await contentChecks(study, name)),
			exactly(`${name}: changes shown, of 8 objects in 2 volumes, 50 times`, 800, propagation.outcomes.shown),
			atMost(`${name}: longest wait at a look every ${POLL_SECONDS} s`, BOUND_SECONDS, noticed(propagation.delaySeconds.max)),
		);
	}
	const slow = await study.run(
		'cluster.kubelet.configMapAndSecretChangeDetectionStrategy=Cache',
		`cluster.nodeTTL=${LARGEST_TTL_SECONDS}s`,
		'expect=[]',
	);
	const longest = slow.result.variants[0]?.propagation.delaySeconds.max ?? null;
	const bound = BOUND_SECONDS + LARGEST_TTL_SECONDS;
	checks.push(atMost(`Cache, TTL ${LARGEST_TTL_SECONDS} s: longest wait at a look every ${POLL_SECONDS} s`, bound, noticed(longest)));
	return [...checks, expectations(result)];
}
