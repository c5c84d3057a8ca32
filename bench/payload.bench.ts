// What the kubelet's and the API server's pure rules cost, beside the least that the same work needs: building the files of a volume
// beside copying three entries, and validating an object beside testing its keys with one regular expression.

import { type Content, contentOfText, EMPTY_CONTENT } from '../src/kubernetes/content.js';
import type { Volume } from '../src/kubernetes/objects.js';
import { validateCreate, validateUpdate } from '../src/kubernetes/validation.js';
import { DEFAULT_VERSION, profileOf } from '../src/kubernetes/versions.js';
import { buildPayload, type PayloadContext } from '../src/projection/payload.js';
import { object, secretVolume } from '../test/support/plans.js';
import type { Benchmark, Group, Scale, Task } from './benchmark.js';

const DATA = { host: 'db.example.invalid', password: 'a password of some length', user: 'app' };
const STATE = object('db', DATA);
const NEXT = object('db', { ...DATA, password: 'another password' });
const MODE = 0o644;

const CONTEXT: PayloadContext<Content> = {
	read: () => ({ kind: 'found', state: STATE }),
	empty: EMPTY_CONTENT,
	text: contentOfText,
	token: () => EMPTY_CONTENT,
	pod: {
		name: 'web-0',
		namespace: 'default',
		uid: 'u',
		labels: { app: 'web' },
		annotations: {},
		hasFsGroup: false,
		uniformRunAsUser: undefined,
	},
};

const PROJECTED: Volume = {
	name: 'all',
	projected: {
		defaultMode: MODE,
		sources: [
			{ secret: { name: 'db', items: [{ key: 'password', path: 'db/password' }] } },
			{ secret: { name: 'db', items: [{ key: 'user', path: 'db/user' }] } },
			{ downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
		],
	},
};

function repeated(name: string, times: number, once: () => unknown, limit?: number): Task {
	const setup = (): (() => unknown) => () => {
		let last: unknown;
		for (let i = 0; i < times; i++) last = once();
		return last;
	};
	return { name, operations: times, setup, ...(limit === undefined ? {} : { limit }) };
}

function built(volume: Volume): unknown {
	const result = buildPayload(volume, CONTEXT);
	if (result.kind !== 'payload' || result.files.length !== 3) throw new Error(`the payload has no three files: ${JSON.stringify(result)}`);
	return result;
}

function payloads(times: number): Group {
	const own = secretVolume('db');
	const copy = 'bare copy of three entries';
	return {
		reference: copy,
		tasks: [
			repeated(copy, times, () => Object.keys(STATE.data).map((path) => ({ path, mode: MODE, content: STATE.data[path] as Content }))),
			repeated('Secret volume', times, () => built(own), 20),
			repeated('projected volume: two Secrets with items, one downwardAPI file', times, () => built(PROJECTED)),
		],
	};
}

function validation(times: number): Group {
	const profile = profileOf(DEFAULT_VERSION);
	const accepted = (error: unknown): unknown => {
		if (error !== undefined) throw new Error(`refused: ${JSON.stringify(error)}`);
		return error;
	};
	const plain = 'one regular expression a key';
	return {
		reference: plain,
		tasks: [
			repeated(plain, times, () => Object.keys(STATE.data).every((key) => /^[-._a-zA-Z0-9]{1,253}$/.test(key))),
			repeated('create', times, () => accepted(validateCreate({ state: STATE }, profile)), 50),
			repeated('update', times, () => accepted(validateUpdate({ state: NEXT }, { state: STATE }, profile))),
		],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const times = scale === 'full' ? 2_000 : 10;
	return {
		name: 'payload',
		question: 'What do the rules of a payload and of validation cost over the least that the work needs?',
		operation: 'one payload, or one validation',
		limitsFrom: 'Both run once per write or per refresh that found something new, never per sync: the limits only stop a slip by an order.',
		groups: {
			'payload of a volume with three files': () => payloads(times),
			'validation of a Secret with three keys': () => validation(times),
		},
	};
}
