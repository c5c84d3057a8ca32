// How much the proofs on real directories do: a short form for `npm test`, the whole for `npm run test:soak`.

import process from 'node:process';

/** True in `npm run test:soak`. */
export const SOAK: boolean = process.env['SECRETSIM_SOAK'] === '1';

/** Picks the short or the whole amount. */
export function scaled(short: number, whole: number): number {
	return SOAK ? whole : short;
}
