// Small random plans that between them use every mechanism of a node: strategies, releases, shared and own objects, optional and
// missing ones, immutables, tokens, subPath, environment and pull secrets, failing volumes, small clients, nudges, restarts, nodes that
// come and go. Each plan is a function of its number alone.

import { drawInteger, type StreamKey, streamKey } from '../../src/core/random.js';
import type { Plan, Strategy, VariantPlan } from '../../src/index.js';
import type { ObjectState, PodSpec, Volume } from '../../src/kubernetes/objects.js';
import { action, container, object, plan, pods, rotate, S, secretVolume, variant, workload } from '../support/plans.js';

/** Draws of one plan, one after the other. */
class Dice {
	readonly #key: StreamKey;
	#drawn = 0;

	constructor(seed: number, number: number) {
		this.#key = streamKey(seed, 'random plan', number);
	}

	/** A whole number from `min` to `max`. */
	whole(min: number, max: number): number {
		return drawInteger(this.#key, this.#drawn++, min, max);
	}

	/** True in `percent` of the cases. */
	chance(percent: number): boolean {
		return this.whole(0, 99) < percent;
	}

	pick<T>(values: readonly T[]): T {
		return values[this.whole(0, values.length - 1)] as T;
	}

	range(least: number, most: number): { readonly min: number; readonly max: number } {
		const min = this.whole(least, most);
		return { min, max: this.chance(70) ? this.whole(min, most) : min };
	}
}

/** Actions that change objects and disturb no pod. */
export const CHANGES: ReadonlySet<string> = new Set(['patch', 'create', 'delete', 'recreate']);

/** Objects that pods of the plan refer to. `nowhere` does not exist; `late` is created in some plans. */
const SHARED = ['shared', 'second', 'frozen', 'frozen', 'gone', 'large', 'late'];

function objects(dice: Dice, own: number): ObjectState[] {
	const list = [
		object('shared', { k: '1' }),
		object('second', { k: '1', other: '2' }),
		object('frozen', { k: '1' }, { immutable: true }),
		object('gone', { k: '1' }),
		object('large', { k: 'x'.repeat(9_000) }),
		object('settings', { k: '1' }, { kind: 'ConfigMap' }),
		object('pull', { k: '1' }),
	];
	for (let i = 0; i < own; i++) list.push(object(`own-${i}`, { k: '1' }, dice.chance(20) ? { immutable: true } : {}));
	return list;
}

function volumes(dice: Dice, own: number): Volume[] {
	const list: Volume[] = [];
	const names = new Set<string>();
	const add = (name: string, optional: boolean): void => {
		if (names.has(name)) return;
		names.add(name);
		list.push(secretVolume(name, optional ? { optional: true } : {}));
	};
	if (own > 0) add(`own-${dice.whole(0, own - 1)}`, false);
	for (let i = dice.whole(0, 2); i > 0; i--) add(dice.pick(SHARED), dice.chance(60));
	if (dice.chance(25)) add('nowhere', true);
	if (dice.chance(25)) list.push({ name: 'settings', configMap: { name: 'settings', defaultMode: 0o644 } });
	if (dice.chance(25)) {
		list.push({
			name: 'many',
			projected: {
				defaultMode: 0o644,
				sources: [
					{ secret: { name: 'shared', items: [{ key: 'k', path: 'shared' }] } },
					{ secret: { name: 'gone', optional: true, items: [{ key: 'k', path: 'gone' }] } },
					{ configMap: { name: 'settings', items: [{ key: 'k', path: 'settings' }] } },
				],
			},
		} as unknown as Volume);
	}
	return list;
}

function podSpec(dice: Dice, list: readonly Volume[], disturbed: boolean, rough: boolean): Partial<PodSpec> {
	const [first] = list;
	// Reads that are not of volumes keep pods from being followed alone: seldom where that is to be tested.
	const otherReads = rough ? 5 : 15;
	const main = container(list, {
		...(dice.chance(otherReads) ? { envFrom: [{ prefix: '', secretRef: { name: 'second', optional: false } }] as never } : {}),
		...(dice.chance(10) ? { memoryLimitBytes: dice.pick([16_384, 1_000_000]) } : {}),
	});
	const side =
		first !== undefined && dice.chance(15)
			? [container([], { name: 'side', volumeMounts: [{ name: first.name, mountPath: '/one', subPath: 'k' }] })]
			: [];
	return {
		automountServiceAccountToken: dice.chance(40),
		containers: [main, ...side],
		...(dice.chance(otherReads) ? { imagePullSecrets: [disturbed && dice.chance(40) ? 'nowhere' : 'pull'] } : {}),
	};
}

function writes(dice: Dice, duration: number, own: number): VariantPlan['actions'][number][] {
	const list: VariantPlan['actions'][number][] = [];
	const when = (): number => dice.whole(0, duration);
	for (let i = dice.whole(1, 4); i > 0; i--) {
		const name = dice.chance(40) && own > 0 ? `own-${dice.whole(0, own - 1)}` : dice.pick(['shared', 'second', 'large', 'shared']);
		const at = when();
		list.push(action(`write-${i}`, at, rotate(name)));
		if (dice.chance(40)) list.push(action(`again-${i}`, at + dice.whole(0, 20 * S), rotate(name)));
	}
	if (dice.chance(40)) list.push(action('settings', when(), rotate('settings', 'k', 'ConfigMap')));
	if (dice.chance(15)) list.push(action('delete', when(), { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'gone' }));
	if (dice.chance(15)) list.push(action('late', when(), { kind: 'create', object: object('late', { k: '1' }) }));
	if (dice.chance(40)) {
		const base = { objectKind: 'Secret', namespace: 'default', data: { k: [{ kind: 'random', length: 8 }] } } as const;
		const name = dice.pick(['frozen', 'frozen', 'frozen', 'gone', 'shared']);
		list.push(action('recreate', when(), { ...base, kind: 'recreate', name, gap: dice.whole(0, 30 * S), immutable: undefined }));
	}
	if (dice.chance(6)) list.push(action('freeze', when(), { ...rotate('second'), immutable: true } as never));
	return list;
}

function disturbances(dice: Dice, duration: number): VariantPlan['actions'][number][] {
	const list: VariantPlan['actions'][number][] = [];
	const when = (): number => dice.whole(0, duration);
	const target = pods('web-0', { matchLabels: {} });
	const some = pods('web-0', { sharePpm: dice.pick([300_000, 1_000_000]), stagger: dice.pick([0, 20_000, S]) });
	if (dice.chance(60)) {
		const at = when();
		list.push(action('nudge', at, { kind: 'annotate', target: some }));
		list.push(action('nudge-again', at + dice.whole(0, 3 * S), { kind: 'annotate', target: some }));
	}
	if (dice.chance(40))
		list.push(action('restart', when(), { kind: 'restartKubelet', target: { names: [], sharePpm: 1_000_000, stagger: S } }));
	if (dice.chance(20)) list.push(action('crash', when(), { kind: 'restartContainer', target, container: null, how: 'crash' }));
	if (dice.chance(20)) list.push(action('probe', when(), { kind: 'restartContainer', target, container: null, how: 'liveness' }));
	if (dice.chance(15)) list.push(action('unready', when(), { kind: 'setReady', target, ready: false }));
	if (dice.chance(15)) list.push(action('pod', when(), { kind: 'deletePods', target }));
	if (dice.chance(10)) list.push(action('grow', when(), { kind: 'addNodes', count: dice.pick([1, 1, 100]) }));
	if (dice.chance(10)) list.push(action('shrink', when(), { kind: 'removeNodes', count: 1, names: [] }));
	return list;
}

/** Kubelets restart once or twice, and the Secret of a volume that fails may come and go. */
function restarts(dice: Dice, duration: number): VariantPlan['actions'][number][] {
	const list: VariantPlan['actions'][number][] = [];
	const when = (): number => dice.whole(0, duration);
	const target = { names: [], sharePpm: 1_000_000, stagger: dice.pick([0, S, 7 * S]) };
	for (let i = dice.whole(0, 2); i > 0; i--) list.push(action(`restart-${i}`, when(), { kind: 'restartKubelet', target }));
	if (dice.chance(30)) {
		const at = when();
		list.push(action('come', at, { kind: 'create', object: object('missing', { k: '1' }) }));
		if (dice.chance(50)) {
			list.push(
				action('go', at + dice.whole(0, duration), { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'missing' }),
			);
		}
	}
	return list;
}

/**
 * The random plan of a number.
 *
 * @param seed of the whole series.
 * @param rough true: long runs of pods that nothing disturbs but restarts of their kubelet, failing volumes and small clients.
 */
export function randomPlan(seed: number, number: number, rough = false): Plan {
	const dice = new Dice(seed, number);
	const strategy: Strategy = dice.pick(['Watch', 'Watch', 'Cache', 'Get']);
	const disturbed = !rough && dice.chance(45);
	const syncFrequency = dice.pick([1, 5, 5, 10, 20, 30, 60]) * S;
	const failing = (disturbed && dice.chance(18)) || (rough && dice.chance(50));
	const duration = rough ? dice.whole(200, 900) * S : failing ? 300 * S : Math.min(dice.whole(40, 300) * S, 8 * syncFrequency + 30 * S);
	const own = dice.whole(0, 3);
	const slow = dice.chance(disturbed ? 30 : 10);
	const latency = slow ? 1_500_000 : dice.pick([0, 8_000, 30_000, 200_000]);
	const loads = dice.whole(1, 2);
	const workloads = Array.from({ length: loads }, (_, i) => {
		const list = volumes(dice, own);
		if (failing && i === 0) list.push(secretVolume('missing'));
		return workload(
			`web-${i}`,
			dice.whole(1, 4),
			list,
			podSpec(dice, list, disturbed, rough),
			dice.chance(10) ? 'DaemonSet' : 'Deployment',
		);
	});
	const syncDuration = dice.range(1_000, dice.pick([1_000, 30_000, 2_000_000]));
	const small = dice.chance(disturbed || rough ? 30 : 5);
	return plan(
		[
			variant({
				strategy,
				syncFrequency,
				kubernetes: dice.pick(['1.24', '1.27.3', '1.30', '1.33', '1.36']),
				warmUp: dice.pick([0, 10 * S, 33_500_000]),
				duration: Math.max(duration, 40 * S),
				drain: dice.pick([0, 5 * S + 1, 30 * S]),
				coldStart: disturbed && dice.chance(15),
				...(small ? { kubeAPIQPS: dice.whole(1, 3), kubeAPIBurst: dice.whole(1, 6) } : dice.chance(10) ? { kubeAPIQPS: -1 } : {}),
				objects: objects(dice, own),
				workloads,
				actions: [
					...writes(dice, duration, own),
					...(disturbed ? disturbances(dice, duration) : []),
					...(rough ? restarts(dice, duration) : []),
				],
				cluster: {
					nodes: dice.whole(1, 2),
					nodeTTL: dice.pick([null, 0, 15 * S, 60 * S]),
					previousNodes: dice.chance(20) ? dice.pick([101, 501]) : null,
					network: {
						watchLatency: dice.range(0, dice.pick([0, 20_000, 900_000])),
						requestLatency: dice.range(0, latency),
						watchCacheLag: dice.range(0, dice.pick([0, 5_000, 3_000_000])),
						podWatchLatency: dice.range(0, 20_000),
					},
					timing: {
						syncDuration,
						syncToReprocess: dice.chance(disturbed ? 20 : 0) ? dice.range(0, 30_000) : dice.range(0, syncDuration.min),
						loopRunTime: dice.range(0, 5_000),
						setUp: dice.range(0, dice.pick([2_000, 40_000])),
						containerCreate: dice.range(0, 500_000),
						containerStop: dice.range(0, 2_000_000),
						plegRelist: dice.range(0, 50_000),
						kubeletRestart: dice.range(100_000, 5_000_000),
					},
					nodePools: dice.chance(10) ? [{ count: 1, labels: {}, kubelet: { kubeAPIQPS: 2, kubeAPIBurst: dice.whole(2, 20) } }] : [],
				},
			}),
		],
		{ seed: number },
	);
}

/**
 * The random plan of a number whose kubelets restart and are disturbed by nothing else: volumes that can be mounted, of several pods, and
 * clients whose tokens last for the start of the kubelet or do not.
 */
export function restartingPlan(seed: number, number: number): Plan {
	const dice = new Dice(seed, 1_000_000 + number);
	const rough = randomPlan(seed, number, true);
	const frozen = dice.chance(15);
	const variants = rough.variants.map((one): VariantPlan => {
		const { cluster, actions, workloads, objects: states } = one;
		const duration = dice.whole(100, 700) * S;
		const target = { names: [], sharePpm: 1_000_000, stagger: dice.pick([0, S, 7 * S]) };
		const restart = (i: number): VariantPlan['actions'][number] =>
			action(`stop-${i}`, dice.whole(10, duration / S) * S + dice.whole(0, S), { kind: 'restartKubelet', target });
		const strategy = dice.pick(['Watch', 'Cache', 'Get'] as const);
		const [kubeAPIQPS, kubeAPIBurst] = dice.pick([
			[50, 100],
			[0, 0],
			[-1, 0],
			[dice.whole(5, 20), dice.whole(5, 40)],
		] as const);
		return {
			...one,
			kubernetes: dice.chance(70) ? '1.36' : one.kubernetes,
			coldStart: false,
			duration,
			objects: frozen ? states : states.map((state) => ({ ...state, immutable: undefined })),
			workloads: workloads.map((load, place) => {
				const { spec } = load.template;
				const own = dice.chance(50) ? [secretVolume(`own-of-${place}`)] : [];
				const volumes = [...spec.volumes.filter(({ name }) => name !== 'v-missing'), ...own];
				const calm = { ...spec, volumes, imagePullSecrets: [], containers: [container(volumes)] };
				return { ...load, replicas: dice.whole(1, 12), template: { ...load.template, spec: calm } };
			}),
			actions: [
				...actions.filter(({ effect }) => CHANGES.has(effect.kind) && !(!frozen && effect.kind === 'recreate' && dice.chance(70))),
				...[...Array(dice.whole(1, 3)).keys()].map(restart),
				...[0, 1].filter(() => dice.chance(60)).map((place) => action(`own-${place}`, dice.whole(0, duration), rotate(`own-of-${place}`))),
			],
			cluster: {
				...cluster,
				nodePools: [],
				nodeTTL: dice.pick([null, null, 15 * S, 60 * S, 0]),
				kubelet: { ...cluster.kubelet, configMapAndSecretChangeDetectionStrategy: strategy, kubeAPIQPS, kubeAPIBurst },
			},
		};
	});
	const own = [object('own-of-0', { k: '1' }), object('own-of-1', { k: '1' })];
	return { ...rough, variants: variants.map((one) => ({ ...one, objects: [...one.objects, ...own] })) };
}

/**
 * The plan of a number, disturbed in all ways, under Cache with clients so small that requests wait for their tokens again and again. The TTL
 * is constant.
 */
export function smallClientPlan(seed: number, number: number): Plan {
	const whole = number % 2 === 1 ? restartingPlan(seed, number) : randomPlan(seed, number, number % 4 === 0);
	const variants = whole.variants.map((one): VariantPlan => {
		const { cluster, duration } = one;
		const { syncFrequency } = cluster.kubelet;
		const kubelet = {
			...cluster.kubelet,
			configMapAndSecretChangeDetectionStrategy: 'Cache',
			kubeAPIQPS: 1 + (number % 4),
			kubeAPIBurst: 2 + (number % 7),
			syncFrequency: number % 5 === 0 ? 60 * S : syncFrequency,
		} as const;
		const nodeTTL = ([15, 60, 300][number % 3] as number) * S;
		return {
			...one,
			kubernetes: '1.36',
			duration: duration * (1 + (number % 3)),
			cluster: { ...cluster, nodePools: [], nodeTTL, kubelet },
		};
	});
	return { ...whole, variants };
}
