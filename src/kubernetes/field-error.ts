// One violated rule of the API server's validation, and the whole error that a client gets for a list of them. Follows
// apimachinery/pkg/util/validation/field/errors.go and apimachinery/pkg/api/errors/errors.go.

import { goQuote } from './go-quote.js';
import type { ObjectKind } from './objects.js';

/** Kubernetes' machine-readable kinds of violations. */
export type CauseType = 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueTooLong' | 'FieldValueForbidden';

/** One violated rule. */
export interface FieldError {
	readonly type: CauseType;
	/** The field's path as Kubernetes writes it, for example `data[tls.key]`. */
	readonly field: string;
	/** The text after the path: `Required value`, `Invalid value: "x": must ...`. */
	readonly body: string;
	/** True when the error is about one key of a map that Go visits in random order. */
	readonly mapOrder?: boolean;
}

/** A value that breaks a rule; `shown` is the value as Go shows it, quoted by default. */
export function invalid(field: string, value: string, detail: string, shown: string = goQuote(value)): FieldError {
	return { type: 'FieldValueInvalid', field, body: `Invalid value: ${shown}: ${detail}` };
}

/** A field that must be there. */
export function required(field: string, detail = ''): FieldError {
	return { type: 'FieldValueRequired', field, body: detail === '' ? 'Required value' : `Required value: ${detail}` };
}

/** A change that is not allowed. */
export function forbidden(field: string, detail: string): FieldError {
	return { type: 'FieldValueForbidden', field, body: `Forbidden: ${detail}` };
}

/** Too many bytes. `wording` differs between releases (`tooLongWording`). */
export function tooLong(field: string, wording: string, maxBytes: number): FieldError {
	return { type: 'FieldValueTooLong', field, body: `Too long: ${wording} ${maxBytes} bytes` };
}

/** A field error as one line: path, colon, text. */
export function fieldErrorText(error: FieldError): string {
	return `${error.field}: ${error.body}`;
}

/** An error of the API server: what a client gets instead of an object. */
export interface ApiError {
	/** HTTP status code. */
	readonly code: number;
	/** Kubernetes' machine-readable reason, for example `Invalid`. */
	readonly reason: 'Invalid' | 'NotFound' | 'AlreadyExists' | 'Conflict' | 'BadRequest';
	readonly message: string;
	/** `details.causes`, one for each violated rule, repetitions included. */
	readonly causes: readonly FieldError[];
	/** The parts of the message come in the random order of a Go map; ours is the order of the object's keys. */
	readonly anyOrder: boolean;
}

/** True when two different messages could be made of these errors, because Go visits keys in random order. */
function dependsOnMapOrder(errors: readonly FieldError[]): boolean {
	// Errors of one key stay together; two keys of the same map can change places.
	const seen = new Set<string>();
	for (const error of errors) {
		if (error.mapOrder !== true) continue;
		const map = error.field.replace(/\[.*$/s, '');
		for (const other of seen) if (other !== error.field && other.replace(/\[.*$/s, '') === map) return true;
		seen.add(error.field);
	}
	return false;
}

/** The 422 that a client gets for violated rules: `Secret "x" is invalid: ...`; repeated texts are said once. */
export function invalidObject(kind: ObjectKind, name: string, causes: readonly FieldError[]): ApiError {
	const texts = [...new Set(causes.map(fieldErrorText))];
	const what = texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
	return {
		code: 422,
		reason: 'Invalid',
		message: `${kind} ${goQuote(name)} is invalid: ${what}`,
		causes,
		anyOrder: dependsOnMapOrder(causes),
	};
}
