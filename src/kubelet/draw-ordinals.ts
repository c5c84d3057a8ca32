// Which ordinals of a pod's and of a volume's stream belong to which decision. Both engines draw with them: a draw that one
// of them skips stays the same draw.

/** Draws per sync of a pod (`worker` stream of the pod, ordinal sync x this + which). */
export const DRAWS_PER_SYNC = 4;
/** Resync jitter after the sync. */
export const DRAW_JITTER = 0;
/** Duration of the sync. */
export const DRAW_DURATION = 1;
/** From the start of the sync to ReprocessPod. */
export const DRAW_REPROCESS = 2;

/** Draws per SetUp of a volume (`volume` stream): the even one is its duration, the odd one the token check. */
export const DRAWS_PER_OPERATION = 2;
/** From here on a volume's ordinals are its places in the reconciler's passes, by the pass's instant. */
const FIRST_PASS_ORDINAL = 0x4000_0000;
/** Passes that are told apart; two passes of one volume are never this many microseconds apart exactly. */
const PASS_ORDINALS = 0x4000_0000;

/** Ordinal of a volume's place in a pass of the reconciler. @param pass instant of the pass, microseconds. */
export function passOrdinal(pass: number): number {
	return FIRST_PASS_ORDINAL + (pass % PASS_ORDINALS);
}
