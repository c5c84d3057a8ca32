// The scalar types of a scenario file: durations, ranges, shares, references to objects and so on. Each is one row: how
// it reads its text, what it answers when the text is wrong, and what an editor is told (JSON Schema). The same reading
// functions turn the checked text into the values of the plan, so that check and meaning cannot differ.

import { z } from 'zod';
import { DurationError, parseDuration } from '../core/duration.js';
import type { MicrosRange } from '../core/time.js';
import type { ObjectKind, WorkloadKind } from '../kubernetes/objects.js';
import { didYouMean } from './closest-word.js';

/** What is wrong with a value. `found` is added by the caller. */
export interface Complaint {
	readonly message: string;
	readonly allowed?: string;
	readonly suggestion?: string;
}

/** Documentation of a field; every field of the scenario file has one. */
export interface FieldDoc {
	/** What it means, in full sentences. */
	readonly description: string;
	/** `duration`, `number`, `text`, ...: in what the value is given. */
	readonly unit: string;
	/** The default as a value, or as `{ text }` where it depends on other fields or there is none. */
	readonly default: unknown;
	/** One example value. */
	readonly example: unknown;
}

/** Puts documentation on a type; it becomes part of the JSON Schema and of the field reference. */
export function field<T extends z.ZodType>(type: T, doc: FieldDoc): T {
	const derived = typeof doc.default === 'object' && doc.default !== null && 'text' in doc.default ? String(doc.default.text) : undefined;
	const meta: Record<string, unknown> = { description: doc.description, 'x-unit': doc.unit, examples: [doc.example] };
	if (derived === undefined) meta['default'] = doc.default;
	else meta['x-default'] = derived;
	return type.meta(meta) as T;
}

/** A type that is checked by a function of its own and described to editors by `jsonSchema`. */
export function checked<T>(jsonSchema: Readonly<Record<string, unknown>>, check: (value: unknown) => Complaint | null): z.ZodType<T> {
	const type = z.unknown().superRefine((value, context) => {
		const complaint = value === undefined ? { message: 'is missing' } : check(value);
		if (complaint !== null) context.addIssue({ code: 'custom', message: complaint.message, params: { complaint } });
	});
	return type.meta({ 'x-schema': jsonSchema }) as unknown as z.ZodType<T>;
}

/** What kind of value this is, for messages. */
export function kindOfValue(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'a mapping';
	return `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

const TEXT_SCHEMA = { type: 'string' } as const;

/** Any text; `nonEmpty` refuses the empty one. */
export function text(nonEmpty = false): z.ZodType<string> {
	return checked<string>({ ...TEXT_SCHEMA, ...(nonEmpty ? { minLength: 1 } : {}) }, (value) => {
		if (typeof value === 'number' || typeof value === 'boolean') return { message: 'must be a text', suggestion: 'put it in quotes' };
		if (typeof value !== 'string') return { message: 'must be a text' };
		return nonEmpty && value === '' ? { message: 'must not be empty' } : null;
	});
}

/** `true` or `false`. */
export function flag(): z.ZodType<boolean> {
	return checked<boolean>({ type: 'boolean' }, (value) => (typeof value === 'boolean' ? null : { message: 'must be true or false' }));
}

/** An integer of `min..max`, without a bound where none is given. */
export function integer(min: number = Number.MIN_SAFE_INTEGER, max: number = Number.MAX_SAFE_INTEGER): z.ZodType<number> {
	const isOpen = max === Number.MAX_SAFE_INTEGER;
	const allowed =
		min === Number.MIN_SAFE_INTEGER ? 'an integer' : isOpen ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
	return checked<number>({ type: 'integer', minimum: min, maximum: max }, (value) => {
		if (typeof value === 'string' && /^-?\d+$/.test(value))
			return { message: 'must be a number, not a text', allowed, suggestion: 'leave the quotes out' };
		return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
			? null
			: { message: 'must be an integer', allowed };
	});
}

/** One of some words. */
export function oneOf<W extends string>(words: readonly W[]): z.ZodType<W> {
	return checked<W>({ type: 'string', enum: [...words] }, (value) => {
		if (typeof value === 'string' && (words as readonly string[]).includes(value)) return null;
		const suggestion = typeof value === 'string' ? didYouMean(value, words) : null;
		const message = words.length === 1 ? `must be ${words[0]}` : 'is not one of the allowed words';
		return { message, allowed: words.join(', '), ...(suggestion === null ? {} : { suggestion }) };
	});
}

const DURATION_PATTERN =
	'^(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))*)$';

/** Why a text is no duration of at least zero, null when it is one. */
export function complainAboutDuration(value: unknown, positive: boolean): Complaint | null {
	if (value === 0 && !positive) return null;
	if (typeof value === 'number')
		return { message: 'is a number without a unit; a duration has one', suggestion: `write ${value}s for seconds` };
	if (typeof value !== 'string') return { message: 'must be a duration such as 90s, 5m or 1h30m' };
	try {
		const micros = parseDuration(value);
		if (micros < 0) return { message: 'must not be negative' };
		return positive && micros === 0 ? { message: 'must be longer than 0' } : null;
	} catch (error) {
		if (!(error instanceof DurationError)) throw error;
		const what = error.message.slice(error.message.indexOf(': ') + 2, error.message.lastIndexOf('; '));
		return { message: `is not a duration: ${what}`, suggestion: error.suggestion };
	}
}

function durationSchema(positive: boolean): Readonly<Record<string, unknown>> {
	if (positive) return { type: 'string', pattern: DURATION_PATTERN };
	return { type: ['string', 'integer'], pattern: DURATION_PATTERN, minimum: 0, maximum: 0 };
}

/** A Go duration of at least zero, or (`positive`) of more. `0` may stand without a unit. */
export function duration(positive = false): z.ZodType<string | 0> {
	return checked<string | 0>(durationSchema(positive), (value) => complainAboutDuration(value, positive));
}

/** The microseconds of a checked {@link duration}. */
export function readDuration(value: string | 0): number {
	return value === 0 ? 0 : parseDuration(value);
}

/** A range of durations: `5ms..20ms`, or `5ms` for exactly that. */
export function durationRange(): z.ZodType<string | 0> {
	return checked<string | 0>({ type: ['string', 'integer'], examples: ['5ms..20ms', '5ms'] }, (value) => {
		if (value === 0) return null;
		if (typeof value !== 'string') return { message: 'must be a range of durations such as 5ms..20ms, or one duration' };
		const ends = value.split('..');
		if (ends.length > 2) return { message: 'has more than one ".."', allowed: 'MIN..MAX or one duration' };
		for (const end of ends) {
			const complaint = complainAboutDuration(end, false);
			if (complaint === null) continue;
			const which = end === ends[0] ? 'lower' : 'upper';
			return { ...complaint, message: ends.length === 2 ? `has a wrong ${which} end: it ${complaint.message}` : complaint.message };
		}
		const { min, max } = readDurationRange(value);
		return min > max
			? { message: 'is reversed: its lower end is longer than its upper end', suggestion: `write ${ends[1]}..${ends[0]}` }
			: null;
	});
}

/** The bounds of a checked {@link durationRange}. */
export function readDurationRange(value: string | 0): MicrosRange {
	if (value === 0) return { min: 0, max: 0 };
	const ends = value.split('..');
	const min = parseDuration(ends[0] as string);
	return { min, max: ends.length === 2 ? parseDuration(ends[1] as string) : min };
}

/** A share of targets: `50%`, `0.1%`. */
export function share(): z.ZodType<string> {
	return checked<string>({ type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?%$' }, (value) => {
		const allowed = 'a percentage above 0% and up to 100%, for example 50%';
		if (typeof value === 'number')
			return { message: 'is a number without %', allowed, suggestion: `write "${value <= 1 ? value * 100 : value}%"` };
		if (typeof value !== 'string' || !/^\d+(\.\d+)?%$/.test(value)) return { message: 'must be a percentage', allowed };
		const ppm = readShare(value);
		return ppm > 0 && ppm <= 1_000_000 ? null : { message: 'is out of range', allowed };
	});
}

/** Parts per million of a checked {@link share}. */
export function readShare(value: string): number {
	return Math.round(Number(value.slice(0, -1)) * 10_000);
}

/** Kinds that an action can name. */
export const OBJECT_KINDS: readonly ObjectKind[] = ['Secret', 'ConfigMap'];
/** Kinds whose pods an action can name. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A name `Kind/namespace/name`, taken apart. */
export interface ObjectReference<K extends string> {
	readonly kind: K;
	readonly namespace: string;
	readonly name: string;
}

function complainAboutReference(value: string, kinds: readonly string[]): Complaint | null {
	const parts = value.split('/');
	const [kind, namespace, name] = parts;
	const allowed = `Kind/namespace/name with a kind of ${kinds.join(', ')}`;
	if (kind !== undefined && !kinds.includes(kind)) {
		const suggestion = didYouMean(kind, kinds);
		return {
			message: `names the kind ${JSON.stringify(kind)}, which cannot stand here`,
			allowed,
			...(suggestion === null ? {} : { suggestion }),
		};
	}
	if (parts.length === 2) return { message: 'has no namespace', allowed, suggestion: `write ${kind}/default/${namespace}` };
	if (parts.length !== 3) return { message: 'is not a name of the form Kind/namespace/name', allowed };
	for (const part of [namespace as string, name as string]) {
		if (part.length > 253 || !DNS_SUBDOMAIN.test(part)) {
			return {
				message: `has ${JSON.stringify(part)}, which is no Kubernetes name`,
				allowed: 'lower case letters, digits, "-" and ".", at most 253 characters',
			};
		}
	}
	return null;
}

/** A Secret or ConfigMap: `Secret/default/db`. */
export function objectReference(): z.ZodType<string> {
	return checked<string>({ type: 'string', pattern: '^(Secret|ConfigMap)/[^/]+/[^/]+$' }, (value) =>
		typeof value === 'string' ? complainAboutReference(value, OBJECT_KINDS) : { message: 'must be a name such as Secret/default/db' },
	);
}

/** Pods: `Pod` (all of a namespace), `Pod/default/web-0`, or the pods of a workload, `Deployment/default/web`. */
export function podReference(): z.ZodType<string> {
	return checked<string>({ type: 'string', pattern: '^(Pod|(Pod|Deployment|StatefulSet|DaemonSet|Job)/[^/]+/[^/]+)$' }, (value) => {
		if (value === 'Pod') return null;
		if (typeof value !== 'string') return { message: 'must be Pod, or a name such as Deployment/default/web' };
		return complainAboutReference(value, WORKLOAD_KINDS);
	});
}

/** Whatever `delete` can name: objects and pods. */
export function deletableReference(): z.ZodType<string> {
	return checked<string>(
		{ type: 'string', pattern: '^(Pod|(Secret|ConfigMap|Pod|Deployment|StatefulSet|DaemonSet|Job)/[^/]+/[^/]+)$' },
		(value) => {
			if (value === 'Pod') return null;
			if (typeof value !== 'string') return { message: 'must be a name such as Secret/default/db or Pod/default/web-0' };
			return complainAboutReference(value, [...OBJECT_KINDS, ...WORKLOAD_KINDS]);
		},
	);
}

/** The parts of a checked reference. */
export function readReference<K extends string>(value: string): ObjectReference<K> {
	const [kind, namespace, name] = value.split('/') as [K, string, string];
	return { kind, namespace, name };
}

/** An equality selector as kubectl's `-l` takes it: `app=web,tier=front`. */
export function labelSelector(): z.ZodType<string> {
	return checked<string>({ type: 'string', pattern: '^[^=!,]+={1,2}[^=,]*(,[^=!,]+={1,2}[^=,]*)*$' }, (value) => {
		if (typeof value !== 'string') return { message: 'must be a selector such as app=web' };
		const wrong = value.split(',').find((term) => !/^\s*[^=!\s,]+\s*={1,2}\s*[^=\s,]*\s*$/.test(term));
		if (wrong === undefined) return null;
		return {
			message: `has the term ${JSON.stringify(wrong.trim())}, which is not of the form key=value`,
			allowed: 'equality terms joined by commas, for example app=web,tier=front',
		};
	});
}

/** The labels of a checked {@link labelSelector}. */
export function readSelector(value: string): Record<string, string> {
	return Object.fromEntries(
		value.split(',').map((term) => {
			const [key, label] = term.split(/={1,2}/) as [string, string];
			return [key.trim(), label.trim()];
		}),
	);
}
