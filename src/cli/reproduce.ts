// The command that gives the same bytes again: what changes a result, in one order, and nothing that does not (worker
// threads, output format, folder). Values that `--set` gives to a Secret's data are left out of it.

import type { ScenarioOverrides } from './services.js';

/** Quotes a word for a POSIX shell, if it needs it. */
function shellWord(word: string): string {
	return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Words as one command line of a POSIX shell. */
export function shellWords(words: readonly string[]): string {
	return words.map(shellWord).join(' ');
}

/** `PATH=VALUE` with the value of anything below `data` or its like replaced, because it may be a Secret's. */
export function settingWithoutSecret(setting: string): string {
	const [path = ''] = setting.split('=', 1);
	return /(^|[.[])(data|stringData|binaryData)\b/.test(path) ? `${path}=...` : setting;
}

/** The command line of `secretsim run` without what changes no byte. */
export function reproduceCommand(files: readonly string[], overrides: ScenarioOverrides): string {
	const words = ['secretsim', 'run', ...files];
	if (overrides.seed !== undefined) words.push('--seed', String(overrides.seed));
	if (overrides.replications !== undefined) words.push('--replications', String(overrides.replications));
	for (const setting of overrides.set ?? []) words.push('--set', settingWithoutSecret(setting));
	return shellWords(words);
}
