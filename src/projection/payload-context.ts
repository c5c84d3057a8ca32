// The words in which payloads are spoken of: what is read, what a file is, what comes out. Shared by the files of this
// folder that build payloads; users of a payload import `payload.ts`.

import type { ObjectKind, ObjectState, VolumeProjection } from '../kubernetes/objects.js';

/** What a read of an object through the kubelet's managers gave. `text` is the exact error text of the kubelet. */
export type PayloadRead<C> =
	| { readonly kind: 'found'; readonly state: ObjectState<C> }
	/** The error satisfies `apierrors.IsNotFound`: `optional: true` turns it into an empty object. */
	| { readonly kind: 'notFound'; readonly text: string }
	| { readonly kind: 'error'; readonly text: string };

/** `serviceAccountToken` of a projected volume. */
export type TokenSource = NonNullable<VolumeProjection['serviceAccountToken']>;

/** `resourceFieldRef` of a downward API item. */
export interface ResourceFieldSelector {
	readonly containerName?: string;
	readonly resource: string;
	readonly divisor?: string;
}

/** What a payload needs to know of the pod. */
export interface PayloadPod {
	readonly name: string;
	readonly namespace: string;
	readonly uid: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly nodeName?: string | undefined;
	/** `securityContext.fsGroup` is set: token files get mode 0600 (K7.5). */
	readonly hasFsGroup: boolean;
	/** The user that every container has, init and ephemeral ones included; undefined when they differ or none is set (K7.5). */
	readonly uniformRunAsUser: number | undefined;
	/**
	 * The value of a resource field. Left out: the name of the field stands in for it. The value is fixed as long as the
	 * pod's resources are, so a stand-in changes as often as the real one: never.
	 */
	readonly resourceField?: (selector: ResourceFieldSelector) => string | { readonly error: string };
}

/** Everything a payload is made of. */
export interface PayloadContext<C> {
	/** Asks the manager of this kind for an object of the pod's namespace. */
	read(kind: ObjectKind, name: string): PayloadRead<C>;
	/** The content of an empty file. */
	readonly empty: C;
	/** The content of a file that holds this text. */
	text(value: string): C;
	/** The token that the token manager returns for this source. */
	token(source: TokenSource): C | { readonly error: string };
	readonly pod: PayloadPod;
}

/** One file of a payload. */
export interface PayloadFile<C> {
	/** As the source spells it; only the downward API cleans its paths (K20.8). Bad paths are refused later, by the writer. */
	readonly path: string;
	/** Permission bits. */
	readonly mode: number;
	readonly content: C;
	/** Owner of the file; absent: root. Only token files have one. */
	readonly fsUser?: number;
}

/** The payload of a volume, or the error that stops the refresh before anything is touched. */
export type PayloadResult<C> =
	| { readonly kind: 'payload'; readonly files: readonly PayloadFile<C>[] }
	| { readonly kind: 'error'; readonly text: string };

/** The text of the plugins when the API server's default was not applied (K7.2). */
export const NO_DEFAULT_MODE = 'no defaultMode used, not even the default value for it';

/** What `items`, `defaultMode` and `optional` say of one object. */
export interface ObjectSelection {
	readonly items?: readonly { readonly key: string; readonly path: string; readonly mode?: number }[];
	readonly defaultMode?: number;
	readonly optional?: boolean;
}
