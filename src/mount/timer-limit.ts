// What a timer of Node can do, for commands that run as long as a user likes.

/** The longest that a timer can wait, milliseconds (nearly 25 days); one that is told to wait longer does not wait at all. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;
