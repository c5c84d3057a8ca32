// The actions of a scenario file: what happens, when, and to whom. An action has exactly one verb (`patch`, `annotate`,
// ...), a time (`at`, or `every` with its companions) and the fields of its verb. Each verb is one row of ACTION_VERBS;
// adding an action is adding a row, and a case in action-plan.ts.

import { z } from 'zod';
import {
	checked,
	deletableReference,
	duration,
	field,
	flag,
	integer,
	labelSelector,
	objectReference,
	oneOf,
	podReference,
	share,
	text,
} from './field-types.js';

const TIME_FIELDS = {
	id: field(text(true).optional(), {
		description: 'A name for messages and reports; part of the key of its random draws.',
		unit: 'name',
		default: { text: 'action-1, action-2, ... by position' },
		example: 'rotation',
	}),
	at: field(duration().optional(), {
		description: 'The instant at which it happens. Either this or every.',
		unit: 'duration since the start',
		default: { text: 'none' },
		example: '20m',
	}),
	every: field(duration(true).optional(), {
		description: 'The period with which it happens again and again. Either this or at.',
		unit: 'duration',
		default: { text: 'none' },
		example: '5m',
	}),
	from: field(duration().optional(), {
		description: 'With every: the first time.',
		unit: 'duration since the start',
		default: { text: 'warmUp' },
		example: '5m',
	}),
	until: field(duration().optional(), {
		description: 'With every: the last instant at which it may happen, jitter left aside.',
		unit: 'duration since the start',
		default: { text: 'duration less the jitter, so that every write is measured' },
		example: '25m',
	}),
	times: field(integer(1).optional(), {
		description: 'With every: how often it happens at most.',
		unit: 'times',
		default: { text: 'as often as until allows' },
		example: 10,
	}),
	jitter: field(duration().optional(), {
		description:
			'With every: each time is moved later by a uniform draw below this. Without it a period of whole seconds always meets the same phases of the kubelet.',
		unit: 'duration',
		default: { text: 'one mean gap between syncs, 1.25 syncFrequency + 0.5 s; the longest of all variants' },
		example: '30s',
	}),
};

const TARGET_FIELDS = {
	namespace: field(text(true).optional(), {
		description: 'Namespace of the pods, when the target is just Pod.',
		unit: 'name',
		default: 'default',
		example: 'shop',
	}),
	selector: field(labelSelector().optional(), {
		description: 'Labels that the pods must have.',
		unit: 'equality selector',
		default: { text: 'all pods' },
		example: 'app=web',
	}),
	share: field(share().optional(), {
		description: 'Only this share of the pods; which ones is a draw.',
		unit: 'percentage',
		default: '100%',
		example: '50%',
	}),
	stagger: field(duration().optional(), {
		description: 'Time between one target and the next.',
		unit: 'duration',
		default: '0s',
		example: '10s',
	}),
};

const removable = (): z.ZodType<string | null> =>
	checked<string | null>({ type: ['string', 'null'] }, (value) =>
		value === null || typeof value === 'string' ? null : { message: 'must be a text, or null to remove it', suggestion: quotesFor(value) },
	);

function quotesFor(value: unknown): string {
	return typeof value === 'boolean' ? 'put it in quotes: YAML reads y, yes, on, n, no and off as booleans' : 'put it in quotes';
}

const VALUE_MAP = (): z.ZodType<Record<string, string | null>> => z.record(z.string(), removable());

const CONTENT_FIELDS = {
	stringData: field(VALUE_MAP().optional(), {
		description:
			'Secret only: values by key, as plain text. {{ random 16 }} is a text of 16 new random characters, {{ ordinal }} the number of the firing.',
		unit: 'mapping',
		default: {},
		example: { password: '{{ random 16 }}' },
	}),
	data: field(VALUE_MAP().optional(), {
		description:
			'Secret: values by key in base64. ConfigMap: values by key as plain text, with the same templates as stringData. null removes the key.',
		unit: 'mapping',
		default: {},
		example: { legacy: null },
	}),
	binaryData: field(VALUE_MAP().optional(), {
		description: 'ConfigMap only: values by key in base64. null removes the key.',
		unit: 'mapping',
		default: {},
		example: { 'logo.png': 'iVBORw0=' },
	}),
	labels: field(VALUE_MAP().optional(), {
		description: 'Labels of the object; null removes one.',
		unit: 'mapping',
		default: {},
		example: { version: '2' },
	}),
	annotations: field(VALUE_MAP().optional(), {
		description: 'Annotations of the object; null removes one.',
		unit: 'mapping',
		default: {},
		example: { owner: 'platform' },
	}),
	immutable: field(flag().optional(), {
		description: 'The field immutable of the object.',
		unit: 'flag',
		default: { text: 'as it is' },
		example: true,
	}),
};

const nodeTarget = (): z.ZodType<string | readonly string[]> =>
	checked<string | readonly string[]>(
		{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
		(value) => {
			const names = Array.isArray(value) ? (value as unknown[]) : [value];
			const allowed = 'all, a node such as node-3, or a list of nodes';
			if (names.length === 0) return { message: 'is an empty list', allowed };
			return names.every((name) => typeof name === 'string' && name !== '') ? null : { message: 'must name nodes', allowed };
		},
	);

const removeTarget = (): z.ZodType<number | readonly string[]> =>
	checked<number | readonly string[]>(
		{
			anyOf: [
				{ type: 'integer', minimum: 1 },
				{ type: 'array', items: { type: 'string' }, minItems: 1 },
			],
		},
		(value) => {
			const allowed = 'how many nodes, or a list of their names';
			if (Array.isArray(value))
				return value.length > 0 && value.every((name) => typeof name === 'string') ? null : { message: 'must be a list of names', allowed };
			return Number.isInteger(value) && (value as number) >= 1 ? null : { message: 'must be a number of nodes', allowed };
		},
	);

const required = { text: 'none; this is the verb' } as const;

/** The verb of an action. */
export type ActionVerb =
	| 'create'
	| 'apply'
	| 'patch'
	| 'delete'
	| 'recreate'
	| 'annotate'
	| 'restartContainer'
	| 'setReady'
	| 'restartKubelet'
	| 'addNodes'
	| 'removeNodes';

/** One row per verb: its own type and the fields that go with it. */
const ACTION_VERBS: Readonly<Record<ActionVerb, { readonly verb: z.ZodType; readonly fields: Readonly<Record<string, z.ZodType>> }>> = {
	create: {
		verb: field(objectReference(), {
			description: 'Creates a Secret or ConfigMap.',
			unit: 'Kind/namespace/name',
			default: required,
			example: 'Secret/default/late',
		}),
		fields: {
			...CONTENT_FIELDS,
			type: field(text(true).optional(), {
				description: 'Secret only: its type.',
				unit: 'text',
				default: 'Opaque',
				example: 'kubernetes.io/tls',
			}),
		},
	},
	apply: {
		verb: field(text(true), {
			description:
				'Applies the manifests of a file or folder: Secrets and ConfigMaps are created or replaced, workloads that do not exist yet are created.',
			unit: 'path',
			default: required,
			example: 'manifests/database-v2.yaml',
		}),
		fields: {},
	},
	patch: {
		verb: field(objectReference(), {
			description: 'Changes some keys of a Secret or ConfigMap.',
			unit: 'Kind/namespace/name',
			default: required,
			example: 'Secret/default/db',
		}),
		fields: CONTENT_FIELDS,
	},
	delete: {
		verb: field(deletableReference(), {
			description: 'Deletes a Secret, a ConfigMap or pods (whose workload makes new ones).',
			unit: 'Kind/namespace/name',
			default: required,
			example: 'Secret/default/legacy',
		}),
		fields: TARGET_FIELDS,
	},
	recreate: {
		verb: field(objectReference(), {
			description: 'Deletes a Secret or ConfigMap and creates it again with the data that it had and the changes given here.',
			unit: 'Kind/namespace/name',
			default: required,
			example: 'Secret/default/db',
		}),
		fields: {
			stringData: CONTENT_FIELDS.stringData,
			data: CONTENT_FIELDS.data,
			immutable: CONTENT_FIELDS.immutable,
			gap: field(duration().optional(), {
				description: 'Time between the delete and the create.',
				unit: 'duration',
				default: '1s',
				example: '10s',
			}),
		},
	},
	annotate: {
		verb: field(podReference(), {
			description: 'Changes an annotation of pods, which makes the kubelet sync them at once (K13.3).',
			unit: 'Pod or Kind/namespace/name',
			default: required,
			example: 'Pod',
		}),
		fields: TARGET_FIELDS,
	},
	restartContainer: {
		verb: field(podReference(), {
			description: 'A container ends and is started again.',
			unit: 'Pod or Kind/namespace/name',
			default: required,
			example: 'Deployment/default/web',
		}),
		fields: {
			...TARGET_FIELDS,
			container: field(text(true).optional(), {
				description: 'Which container.',
				unit: 'name',
				default: { text: 'the first one' },
				example: 'main',
			}),
			how: field(oneOf(['crash', 'liveness']).optional(), {
				description: 'crash: the process exits. liveness: the kubelet kills it after a failed probe (K15).',
				unit: 'word',
				default: 'crash',
				example: 'liveness',
			}),
		},
	},
	setReady: {
		verb: field(podReference(), {
			description: 'The readiness of pods changes, which makes the kubelet sync them.',
			unit: 'Pod or Kind/namespace/name',
			default: required,
			example: 'Pod',
		}),
		fields: {
			...TARGET_FIELDS,
			ready: field(flag(), { description: 'The new readiness.', unit: 'flag', default: { text: 'none; required' }, example: false }),
		},
	},
	restartKubelet: {
		verb: field(nodeTarget(), {
			description: 'Restarts the kubelet of all nodes, of one, or of some; containers go on running.',
			unit: 'all, a node or a list of nodes',
			default: required,
			example: 'node-3',
		}),
		fields: { share: TARGET_FIELDS.share, stagger: TARGET_FIELDS.stagger },
	},
	addNodes: {
		verb: field(integer(1, 1_000_000), {
			description: 'Adds nodes; the TTL controller sees them.',
			unit: 'nodes',
			default: required,
			example: 5,
		}),
		fields: {},
	},
	removeNodes: {
		verb: field(removeTarget(), {
			description: 'Removes nodes with their pods: so many from the end, or those named.',
			unit: 'nodes, or a list of names',
			default: required,
			example: 2,
		}),
		fields: {},
	},
};

/** All verbs. */
export const VERBS: readonly ActionVerb[] = Object.keys(ACTION_VERBS) as ActionVerb[];

/** One action, one alternative for each verb, in the order of {@link VERBS}. */
export const actionSchema: z.ZodType<ScenarioAction> = z.union(
	VERBS.map((verb) => z.strictObject({ ...TIME_FIELDS, [verb]: ACTION_VERBS[verb].verb, ...ACTION_VERBS[verb].fields })) as never,
) as unknown as z.ZodType<ScenarioAction>;

/** Fields that an action with this verb can have. */
export function fieldsOfVerb(verb: ActionVerb): string[] {
	return [...Object.keys(TIME_FIELDS), verb, ...Object.keys(ACTION_VERBS[verb].fields)];
}

/** A checked action; exactly one verb is set. */
export interface ScenarioAction {
	readonly id?: string;
	readonly at?: string | 0;
	readonly every?: string | 0;
	readonly from?: string | 0;
	readonly until?: string | 0;
	readonly times?: number;
	readonly jitter?: string | 0;

	readonly create?: string;
	readonly apply?: string;
	readonly patch?: string;
	readonly delete?: string;
	readonly recreate?: string;
	readonly annotate?: string;
	readonly restartContainer?: string;
	readonly setReady?: string;
	readonly restartKubelet?: string | readonly string[];
	readonly addNodes?: number;
	readonly removeNodes?: number | readonly string[];

	readonly namespace?: string;
	readonly selector?: string;
	readonly share?: string;
	readonly stagger?: string | 0;
	readonly container?: string;
	readonly how?: 'crash' | 'liveness';
	readonly ready?: boolean;
	readonly gap?: string | 0;
	readonly type?: string;
	readonly stringData?: Readonly<Record<string, string | null>>;
	readonly data?: Readonly<Record<string, string | null>>;
	readonly binaryData?: Readonly<Record<string, string | null>>;
	readonly labels?: Readonly<Record<string, string | null>>;
	readonly annotations?: Readonly<Record<string, string | null>>;
	readonly immutable?: boolean;
}
