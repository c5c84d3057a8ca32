// Asks the API server's validation about objects before a run: manifests and the states that actions lead to. Errors that
// an object has by itself are mistakes of the input; what is refused only because of the state before (an immutable object,
// another type) may be the point of a scenario.

import { fieldErrorText } from '../kubernetes/field-error.js';
import type { ObjectState } from '../kubernetes/objects.js';
import { createErrors, validateUpdate } from '../kubernetes/validation.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';

/** The validation of one release. */
export class ObjectJudge {
	readonly #profile: VersionProfile;

	constructor(profile: VersionProfile) {
		this.#profile = profile;
	}

	/** Why an object could not be created, in the API server's words; empty when it could. */
	errorsOf(object: ObjectState): string[] {
		return [...new Set(createErrors({ state: object }, this.#profile).map(fieldErrorText))];
	}

	/** The whole message with which an update would be refused; null when it would be accepted. */
	refusalOf(old: ObjectState, next: ObjectState): string | null {
		return validateUpdate({ state: next }, { state: old }, this.#profile)?.message ?? null;
	}
}
