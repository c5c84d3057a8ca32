// The environment of a container as the kubelet makes it at creation, and never again until the next creation: envFrom,
// then env over it, then the Services' variables. Works on real bytes, because values need not be text; the objects come
// through the manager of the node's strategy. Follows makeEnvironmentVariables of pkg/kubelet/kubelet_pods.go and
// third_party/forked/golang/expansion (K10, K20.35).

import type { Container, EnvFromSource, EnvVar, ObjectKind } from './objects.js';
import { type LinkedService, serviceVariables } from './service-links.js';

/** What the manager answers. */
export type ObjectRead =
	| { readonly kind: 'found'; readonly data: Readonly<Record<string, Uint8Array>> }
	/** `optional: true` makes nothing of it. */
	| { readonly kind: 'notFound'; readonly text: string }
	| { readonly kind: 'error'; readonly text: string };

/** What the kubelet knows when it makes a container. */
export interface EnvironmentContext {
	readonly namespace: string;
	/** Reads an object of the namespace; of a ConfigMap only `data`. Null: the kubelet has no API client. */
	readonly read: ((kind: ObjectKind, name: string) => ObjectRead) | null;
	/** The text of a field of the pod, `metadata.name` or the like. */
	readonly field: (fieldPath: string) => string | { readonly error: string };
	/** Null: the kubelet's Service cache has never been filled. */
	readonly services: readonly LinkedService[] | null;
	/** `spec.enableServiceLinks`; undefined when it is not set, which the API server's defaulting never leaves. */
	readonly enableServiceLinks: boolean | undefined;
	/** The pod comes from a file and does not wait for the Service cache. */
	readonly staticPod: boolean;
	/** The release leaves out names from envFrom that are no variable names, with an event (`envNamesFiltered`). */
	readonly envNamesFiltered: boolean;
}

/** The environment, or why the container cannot be created (`CreateContainerConfigError`). */
export type Environment =
	| {
			readonly kind: 'environment';
			/** Each name once. The kubelet's own order is random. */
			readonly variables: ReadonlyMap<string, Uint8Array>;
			/** Messages of the Warning events `InvalidEnvironmentVariableNames`. */
			readonly events: readonly string[];
	  }
	| { readonly kind: 'error'; readonly text: string };

/** What ends the making of an environment; only used inside this file. */
class EnvironmentError extends Error {}

/** Variable names that releases with `envNamesFiltered` let pass (apimachinery/pkg/util/validation IsEnvVarName). */
const VARIABLE_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const REFERENCE = /\$(?:\$|\(([^)]*)\))/g;

/** Text and bytes as strings of one character a byte, so that both can be expanded into each other. */
function binaryOf(bytes: Uint8Array): string {
	let text = '';
	for (const byte of bytes) text += String.fromCharCode(byte);
	return text;
}

function binaryOfText(text: string): string {
	return binaryOf(new TextEncoder().encode(text));
}

function bytesOf(binary: string): Uint8Array {
	return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Replaces `$(NAME)` by what is known of it, `$$` by `$`; everything else stays. */
function expand(value: string, lookUp: (name: string) => string | undefined): string {
	return value.replace(REFERENCE, (reference, name: string | undefined) => (name === undefined ? '$' : (lookUp(name) ?? reference)));
}

class EnvironmentMaker {
	readonly #context: EnvironmentContext;
	readonly #services: ReadonlyMap<string, string>;
	readonly #objects = new Map<string, Readonly<Record<string, Uint8Array>>>();
	readonly #variables = new Map<string, string>();
	readonly events: string[] = [];

	constructor(context: EnvironmentContext) {
		this.#context = context;
		if (context.enableServiceLinks === undefined) {
			throw new EnvironmentError('nil pod.spec.enableServiceLinks encountered, cannot construct envvars');
		}
		if (context.services === null && !context.staticPod) {
			throw new EnvironmentError('services have not yet been read at least once, cannot construct envvars');
		}
		this.#services = serviceVariables(context.services ?? [], context.namespace, context.enableServiceLinks);
	}

	/** The object's data, read once for the whole container; undefined when it is optional and not there. */
	#object(kind: ObjectKind, name: string, optional: boolean): Readonly<Record<string, Uint8Array>> | undefined {
		const known = this.#objects.get(`${kind}/${name}`);
		if (known !== undefined) return known;
		const { read, namespace } = this.#context;
		if (read === null) {
			throw new EnvironmentError(`couldn't get ${kind === 'Secret' ? 'secret' : 'configMap'} ${namespace}/${name}, no kubeClient defined`);
		}
		const result = read(kind, name);
		if (result.kind === 'found') {
			this.#objects.set(`${kind}/${name}`, result.data);
			return result.data;
		}
		if (result.kind === 'notFound' && optional) return undefined;
		throw new EnvironmentError(result.text);
	}

	addAll({ prefix = '', configMapRef, secretRef }: EnvFromSource): void {
		// A source has one of the two; the kubelet looks for the ConfigMap first.
		const kind = configMapRef === undefined ? 'Secret' : 'ConfigMap';
		const reference = configMapRef ?? secretRef;
		if (reference === undefined) return;
		const data = this.#object(kind, reference.name, reference.optional === true);
		const refused: string[] = [];
		for (const [key, value] of Object.entries(data ?? {})) {
			const name = prefix + key;
			if (this.#context.envNamesFiltered && (!VARIABLE_NAME.test(name) || name === '.' || name.startsWith('..'))) refused.push(name);
			else this.#variables.set(binaryOfText(name), binaryOf(value));
		}
		if (refused.length === 0) return;
		const object = `${kind === 'Secret' ? 'secret' : 'configMap'} ${this.#context.namespace}/${reference.name}`;
		const keys = refused.sort().join(', ');
		this.events.push(
			`Keys [${keys}] from the EnvFrom ${object} were skipped since they are considered invalid environment variable names.`,
		);
	}

	#keyOf(kind: ObjectKind, { name, key, optional }: NonNullable<EnvVar['secretKeyRef']>): string | undefined {
		const data = this.#object(kind, name, optional === true);
		if (data === undefined) return undefined;
		if (Object.hasOwn(data, key)) return binaryOf(data[key] as Uint8Array);
		if (optional === true) return undefined;
		throw new EnvironmentError(`couldn't find key ${key} in ${kind} ${this.#context.namespace}/${name}`);
	}

	#valueOf({ value = '', fieldRef, configMapKeyRef, secretKeyRef }: EnvVar): string | undefined {
		if (value !== '') return expand(binaryOfText(value), (name) => this.#variables.get(name) ?? this.#services.get(name));
		if (fieldRef !== undefined) {
			const field = this.#context.field(fieldRef.fieldPath);
			if (typeof field !== 'string') throw new EnvironmentError(field.error);
			return binaryOfText(field);
		}
		if (configMapKeyRef !== undefined) return this.#keyOf('ConfigMap', configMapKeyRef);
		if (secretKeyRef !== undefined) return this.#keyOf('Secret', secretKeyRef);
		return '';
	}

	add(variable: EnvVar): void {
		const value = this.#valueOf(variable);
		// An optional variable without a value is left out and hides nothing.
		if (value !== undefined) this.#variables.set(binaryOfText(variable.name), value);
	}

	get variables(): ReadonlyMap<string, Uint8Array> {
		const all = new Map([...this.#services, ...this.#variables]);
		return new Map([...all].map(([name, value]) => [new TextDecoder().decode(bytesOf(name)), bytesOf(value)]));
	}
}

/** Makes the environment of a container. Each object is read once, in the order in which the container mentions it. */
export function makeEnvironment(container: Pick<Container, 'env' | 'envFrom'>, context: EnvironmentContext): Environment {
	try {
		const maker = new EnvironmentMaker(context);
		for (const source of container.envFrom) maker.addAll(source);
		for (const variable of container.env) maker.add(variable);
		return { kind: 'environment', variables: maker.variables, events: maker.events };
	} catch (error) {
		if (error instanceof EnvironmentError) return { kind: 'error', text: error.message };
		throw error;
	}
}
