// Levels of `--log-level`, apart from the logger so that printing help loads none.

/** Levels of `--log-level`. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];
