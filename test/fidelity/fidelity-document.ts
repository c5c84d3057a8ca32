// Makes docs/fidelity.md: each rule, what upstream says, where the code follows it, which tests hold it, which recordings show
// it, and whether it is modelled, simplified or absent.

import { citationsIn, filesCiting } from './citations.js';
import { RULE_BOOK, type Rule, type RuleStatus } from './rule-book.js';

/** Recordings that show rules, by the beginning of the rule's id; the longest match counts. */
const RECORDINGS: readonly (readonly [string, string])[] = [
	['K2.1', 'sync-gap'],
	['K2.2', 'sync-gap'],
	['K2.4', 'sync-gap, r1-r5 gaps'],
	['K1.5', 'f6-immutable'],
	['K4.1', 'backoff'],
	['K4.2', 'f5-events'],
	['K5.4', 'references'],
	['K5', 'managers-cache, managers-get'],
	['K6', 'managers-watch'],
	['K7', 'payload, setup'],
	['K8', 'atomic-writer, atomic-writer-syscalls'],
	['K9', 'f4-subpath'],
	['K10', 'env, f4-subpath, f5-events'],
	['K14', 'f3-coldstart, r4-a'],
	['K15', 'f4-restart, f4-pull, f4-subpath'],
	['K16', 'r4-h, f7-restart'],
	['K17', 'r4-n, f5-events'],
	['K20.1', 'atomic-writer'],
	['K20.2', 'atomic-writer'],
	['K20.3', 'atomic-writer'],
	['K20.4', 'atomic-writer'],
	['K20.5', 'atomic-writer'],
	['K20.6', 'atomic-writer'],
	['K20.7', 'payload'],
	['K20.8', 'payload, setup'],
	['K20.9', 'setup'],
	['K20.10', 'managers-cache'],
	['K20.11', 'managers-watch'],
	['K20.12', 'managers-watch, r4-i'],
	['K20.13', 'backoff'],
	['K20.14', 'r1, r2, r3, r3b, r4-l, r5'],
	['K20.15', 'r1 timelines'],
	['K20.16', 'r3, r3b'],
	['K20.17', 'f6-immutable'],
	['K20.18', 'r4-o'],
	['K20.19', 'r4-n'],
	['K20.21', 'r4-f, r4-p'],
	['K20.23', 'r4-o'],
	['K20.27', 'f3-coldstart'],
	['K20.28', 'f4-subpath'],
	['K20.29', 'f4-subpath'],
	['K20.30', 'f4-restart, f4-pull, f4-subpath'],
	['K20.31', 'f4-restart, f4-subpath'],
	['K20.32', 'f5-events'],
	['K20.33', 'f6-immutable, f7-restart'],
	['K20.34', 'periphery runs'],
	['K20.35', 'env'],
	['A1.', 'managers-watch'],
	['A7.1', 'ttl-controller'],
	['A7.2', 'managers-cache'],
	['A12', 'validation'],
];

const MAX_FILES = 4;

function recordingsOf(rule: string): string {
	const fits = RECORDINGS.filter(
		([prefix]) => rule === prefix || (rule.startsWith(prefix) && !/\d$/.test(prefix)) || rule.startsWith(`${prefix}.`),
	);
	return fits.sort(([a], [b]) => b.length - a.length)[0]?.[1] ?? '';
}

function links(files: readonly string[]): string {
	const shown = files.slice(0, MAX_FILES).map((file) => `[${file.split('/').slice(1).join('/')}](../${file})`);
	return files.length > MAX_FILES ? `${shown.join(', ')} and ${files.length - MAX_FILES} more` : shown.join(', ');
}

function row(rule: Rule, code: readonly string[], tests: readonly string[]): string {
	const how = rule.note === '' ? rule.status : `${rule.status}: ${rule.note}`;
	return `| ${rule.id} | ${rule.title} | ${rule.upstream} | ${links(code)} | ${links(tests)} | ${recordingsOf(rule.id)} | ${how} |`;
}

/** The whole document. */
export function fidelityDocument(): string {
	const code = citationsIn('src');
	const tests = citationsIn('test', ['test/fidelity/']);
	const count = (status: RuleStatus): number => RULE_BOOK.filter((rule) => rule.status === status).length;
	const table = (rules: readonly Rule[]): string[] => [
		'| rule | what it says | upstream | code | tests | recordings | in the model |',
		'| --- | --- | --- | --- | --- | --- | --- |',
		...rules.map((rule) => row(rule, filesCiting(code, rule.id), filesCiting(tests, rule.id))),
	];
	return [
		'# Fidelity',
		'',
		'Code, tests and trace lines cite rules of the real system by number: `K` for the kubelet, `A` for the API server and its',
		'clients. This page says for each rule where upstream it comes from, where the code follows it, which tests hold it, which',
		'recordings of the real code show it, and how the model treats it. It is generated (`npm run docs:fidelity`); a test fails',
		'when a rule, its status or one of its links is out of date. [Ground truth](ground-truth.md) tells of the recordings, and where',
		'they corrected a rule.',
		'',
		`${count('modelled')} rules are modelled, ${count('simplified')} simplified, ${count('absent')} absent.`,
		'',
		'## Kubelet',
		'',
		...table(RULE_BOOK.filter((rule) => rule.id.startsWith('K'))),
		'',
		'## API server and client',
		'',
		...table(RULE_BOOK.filter((rule) => rule.id.startsWith('A'))),
		'',
	].join('\n');
}
