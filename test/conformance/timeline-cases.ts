// Cases of the kinds that a recording may hold beside those that are in test/recordings: deleted and recreated Secrets,
// immutable ones, two volumes, the end of pods, a kubelet restart. They are simulated, written down and replayed.

import { SECOND } from '../../src/core/time.js';
import type { Action } from './timeline-block.js';

/** A case: what is done, and for how long it is watched. */
export interface ScriptedCase {
	readonly actions: readonly Action[];
	readonly end: number;
}

function pod(at: number, name: string, volumes: readonly { readonly name: string }[]): Action {
	const mounts = volumes.map((volume) => ({ name: volume.name, mountPath: `/mnt/${volume.name}` }));
	const container = { name: 'main', image: 'example.invalid/app:1', imagePullPolicy: 'IfNotPresent', volumeMounts: mounts };
	const spec = { automountServiceAccountToken: false, terminationGracePeriodSeconds: 2, containers: [container], volumes };
	return { at: at * SECOND, kind: 'createPod', name, manifest: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } };
}

function secret(name: string, secretName: string): { readonly name: string } {
	return { name, secret: { secretName } } as { readonly name: string };
}

function projected(name: string, secretName: string): { readonly name: string } {
	return { name, projected: { sources: [{ secret: { name: secretName } }] } } as { readonly name: string };
}

function object(at: number, kind: 'createObject' | 'putObject', name: string, value: string, immutable?: boolean): Action {
	return { at: Math.round(at * SECOND), kind, name, data: new Map([['k', value]]), immutable };
}

function act(at: number, kind: 'deleteObject' | 'labelObject' | 'deletePod' | 'annotatePod', name: string): Action {
	return { at: Math.round(at * SECOND), kind, name };
}

function gone(after: number): ScriptedCase {
	return {
		actions: [
			object(1, 'createObject', 's', '1'),
			pod(1.1, 'p', [secret('v', 's')]),
			act(25.3, 'deleteObject', 's'),
			object(25.3 + after, 'createObject', 's', '2'),
		],
		end: (165 + after) * SECOND,
	};
}

function immutable(again: boolean | undefined): ScriptedCase {
	return {
		actions: [
			object(1, 'createObject', 's', '1', true),
			pod(1.1, 'p', [secret('v', 's')]),
			object(25, 'putObject', 's', '2', true),
			object(25.01, 'putObject', 's', '1'),
			object(25.02, 'putObject', 's', '1', false),
			act(25.03, 'labelObject', 's'),
			act(30, 'deleteObject', 's'),
			object(30.01, 'createObject', 's', '3', again),
			pod(80, 'p2', [secret('v', 's')]),
			act(101, 'annotatePod', 'p'),
			act(121, 'deletePod', 'p'),
			act(121.01, 'deletePod', 'p2'),
			pod(136, 'p3', [secret('v', 's')]),
		],
		end: 160 * SECOND,
	};
}

/** The cases by name. */
export const CASES: Readonly<Record<string, ScriptedCase>> = {
	'deleted and recreated after 40 s': gone(40),
	'deleted and recreated after 100 s': gone(100),
	'immutable, recreated immutable': immutable(true),
	'immutable, recreated mutable': immutable(undefined),
	'one Secret in a plain and a projected volume': {
		actions: [
			object(1, 'createObject', 's', '0'),
			pod(1.1, 'p', [secret('plain', 's'), projected('projected', 's')]),
			...[1, 2, 3, 4, 5, 6].map((n) => object(20 + n * 19.37, 'putObject', 's', String(n))),
		],
		end: 160 * SECOND,
	},
	'two Secrets, one of them deleted': {
		actions: [
			object(1, 'createObject', 'a', '1'),
			object(1.01, 'createObject', 'b', '1'),
			pod(1.1, 'p', [secret('va', 'a'), secret('vb', 'b')]),
			act(25, 'deleteObject', 'a'),
			...[2, 3, 4, 5, 6].map((n) => object(25 + n * 21.3, 'putObject', 'b', String(n))),
			object(175, 'createObject', 'a', '2'),
		],
		end: 260 * SECOND,
	},
	'a pod deleted, its Secret updated right after': {
		actions: [
			object(1, 'createObject', 's', '1'),
			pod(1.1, 'p', [secret('v', 's')]),
			act(30, 'deletePod', 'p'),
			object(30.004, 'putObject', 's', '2'),
		],
		end: 55 * SECOND,
	},
	'two pods share a Secret and are deleted': {
		actions: [
			object(1, 'createObject', 's', '1'),
			pod(1.1, 'p', [secret('v', 's')]),
			pod(1.12, 'q', [secret('v', 's')]),
			act(30, 'deletePod', 'p'),
			object(50, 'putObject', 's', '2'),
			act(70, 'deletePod', 'q'),
		],
		end: 90 * SECOND,
	},
	'kubelet restart': {
		actions: [
			object(1, 'createObject', 's', '1'),
			pod(1.1, 'p', [secret('v', 's')]),
			{ at: 30 * SECOND, kind: 'stopKubelet' },
			object(32, 'putObject', 's', '2'),
			{ at: 38.95 * SECOND, kind: 'startKubelet' },
			object(70, 'putObject', 's', '3'),
		],
		end: 120 * SECOND,
	},
};
