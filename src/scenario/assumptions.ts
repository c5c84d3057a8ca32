// Every default that mattered, as sentences of the result: what a reader has to know before believing a figure.

import type { VariantPlan } from '../cluster/plan.js';
import { formatDuration } from '../core/duration.js';
import { NETWORK_DEFAULTS, type RangeDefault, TIMING_DEFAULTS } from './latency-schema.js';
import type { Scenario } from './schema.js';

/** The sentences of one variant; `scenario` tells which fields were given. */
export function assumptionsOf(scenario: Scenario, variant: VariantPlan): string[] {
	const { cluster, actions, workloads } = variant;
	const sentences: string[] = [];
	const unless = (given: unknown, sentence: string): void => {
		if (given === undefined) sentences.push(sentence);
	};
	unless(scenario.kubernetes, `kubernetes is ${variant.kubernetes}, the newest release with a profile.`);
	unless(scenario.replications, 'replications is 20.');
	unless(scenario.duration, `duration is ${formatDuration(variant.duration)}.`);
	unless(scenario.cluster?.nodes, `cluster.nodes is ${cluster.nodes}.`);
	unless(scenario.warmUp, warmUpSentence(variant));
	unless(scenario.drain, 'drain is the analytic worst case of a delay: writes that are still pending after it count as never seen.');
	if (workloads.length > 0) {
		sentences.push(
			variant.coldStart
				? 'All pods of the manifests start at time 0, at once.'
				: 'The pods of the manifests have been running for long: their first sync is drawn from the equilibrium law, volumes are mounted, stores are warm.',
			'Pods are placed on the nodes in turn; nodeName and nodeSelector are honoured, resources, affinities and taints are not.',
			'Every pod has the kube-api-access volume that the API server adds, unless it or its ServiceAccount sets automountServiceAccountToken: false; what it costs counts as injected.',
		);
	}
	const jittered = actions.some(({ schedule }, index) => schedule.kind === 'every' && scenario.actions?.[index]?.jitter === undefined);
	if (jittered) {
		const [action] = actions.flatMap(({ schedule }, index) =>
			schedule.kind === 'every' && scenario.actions?.[index]?.jitter === undefined ? [schedule] : [],
		);
		sentences.push(
			`Periodic actions are moved later by up to ${formatDuration(action?.jitter ?? 0)}, one mean gap between syncs, so that they meet all phases of the kubelets.`,
		);
	}
	sentences.push(...rangeSentence('cluster.network', NETWORK_DEFAULTS, scenario.cluster?.network ?? {}));
	sentences.push(...rangeSentence('cluster.timing', TIMING_DEFAULTS, scenario.cluster?.timing ?? {}));
	return sentences;
}

function warmUpSentence(variant: VariantPlan): string {
	if (variant.coldStart) return 'warmUp is 0s, because a cold start is measured from the beginning.';
	return `warmUp is ${formatDuration(variant.warmUp)}: 1.5 syncFrequency + 1 s, and under Cache the TTL of a cluster of this size.`;
}

function rangeSentence(path: string, defaults: Readonly<Record<string, RangeDefault>>, given: Readonly<Record<string, unknown>>): string[] {
	const names = Object.keys(defaults).filter((name) => given[name] === undefined);
	if (names.length === 0) return [];
	return [`${path} has the defaults ${names.map((name) => `${name} ${defaults[name]?.range}`).join(', ')}.`];
}
