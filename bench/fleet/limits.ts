// The speed that fleets must reach: pod syncs a second as a fraction of the bare renewal loop in the same process.

import type { Strategy } from '../../src/index.js';

/** Least fraction of the bare loop's speed: half under Watch, a quarter under Cache and Get, and the rough twin half of that again. */
export const SPEED_LIMITS: Readonly<Record<Strategy, { readonly smooth: number; readonly rough: number }>> = {
	Watch: { smooth: 0.5, rough: 0.25 },
	Cache: { smooth: 0.25, rough: 0.125 },
	Get: { smooth: 0.25, rough: 0.125 },
};
