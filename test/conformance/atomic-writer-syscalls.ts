// Conformance of the order of system calls: what strace sees of one write through the real directory adapter has to be what
// it saw of the real writer, call by call. All writes of a recording run in one traced process.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { REAL_ARM_BLOCKED, REAL_BASE } from './arms.js';
import { RecordedObject, sequencesOf } from './recording.js';
import { commonCalls } from './system-calls.js';

const TRACED = 'trace=%file,fchmod,fchown,write,read,getdents64';
const TIMESTAMP = /\.\.20(?:2[1-9]|[3-9]\d)_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+/g;

/** Why system calls cannot be compared here, or null when they can. */
export function straceBlocked(): string | null {
	if (REAL_ARM_BLOCKED !== null) return REAL_ARM_BLOCKED;
	const probe = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
	if (probe.error) return 'strace is not installed';
	return probe.status === 0 ? null : `strace cannot trace a process here: ${probe.stderr.trim()}`;
}

interface RecordedTrace {
	readonly id: string;
	readonly before: unknown;
	readonly op: unknown;
	readonly error: string | null;
	readonly calls: readonly (readonly string[])[];
}

/** Checks every line of an `atomic-writer-syscalls` recording. */
export function syscallAgreement(lines: readonly unknown[], blocked: string | null = straceBlocked()): Agreement {
	const tally = new AgreementTally();
	const recordings = sequencesOf(lines, 'atomic-writer-syscalls').map(readTrace);
	if (blocked !== null) {
		for (const { id } of recordings) tally.leaveOut(`atomic-writer-syscalls ${id}: ${blocked}`);
		return tally.agreement;
	}
	for (const [index, traced] of traceAll(recordings).entries()) {
		const { id, before, op, error, calls } = recordings[index] as RecordedTrace;
		const ours = { error: traced.error, calls: commonCalls(traced.lines) };
		const alternatives = calls.map((list) => ({ error, calls: commonCalls(list) }));
		const agrees = alternatives.some((recorded) => sameJson(recorded, ours));
		tally.count(agrees ? null : { id, input: { before, op }, recorded: alternatives, ours });
	}
	return tally.agreement;
}

function readTrace(line: unknown): RecordedTrace {
	const fields = new RecordedObject(line, 'atomic-writer-syscalls');
	const id = fields.string('id');
	fields.optionalString('note');
	const error = fields.string('error');
	const calls = fields.list('calls') as string[][];
	const read = { id, before: fields.take('before'), op: fields.take('op'), error: error === '' ? null : error, calls };
	fields.end();
	return read;
}

/** Runs the writes under strace and gives, for each, its error and the lines about its volume. */
function traceAll(recordings: readonly RecordedTrace[]): readonly { readonly error: string | null; readonly lines: readonly string[] }[] {
	const directory = mkdtempSync(join(REAL_BASE, 'secretsim-trace-'));
	chmodSync(directory, 0o755);
	try {
		const cases = join(directory, 'cases.json');
		const log = join(directory, 'strace.log');
		writeFileSync(cases, JSON.stringify(recordings.map(({ before, op }) => ({ before, op }))));
		const program = fileURLToPath(new URL('traced-writes.js', import.meta.url));
		const strace = ['-f', '-y', '-qq', '-s', '200', '-e', TRACED, '-o', log];
		const run = spawnSync('strace', [...strace, process.execPath, program, directory, cases], { encoding: 'utf8' });
		if (run.status !== 0) throw new Error(`the traced process failed: ${run.stderr}`);
		const errors = JSON.parse(run.stdout) as (string | null)[];
		const traced = readLog(readFileSync(log, 'utf8'), directory);
		return errors.map((error, index) => {
			const names = new Map<string, string>();
			const lines = (traced.get(index) ?? []).map((line) => normalise(line, `${directory}/case-${index}`, names));
			return { error: error === null ? null : normalise(error, `${directory}/case-${index}`, names), lines };
		});
	} finally {
		rmSync(directory, { recursive: true, force: true });
	}
}

/** Lines of each case between its marks; calls that strace split over two lines are joined. */
function readLog(log: string, directory: string): ReadonlyMap<number, readonly string[]> {
	const pending = new Map<string, string>();
	const traced = new Map<number, string[]>();
	let current: string[] | undefined;
	for (const line of log.split('\n')) {
		const space = line.indexOf(' ');
		const thread = line.slice(0, space);
		let call = line.slice(space).trim();
		if (call.endsWith('<unfinished ...>')) {
			pending.set(thread, call.slice(0, -'<unfinished ...>'.length));
			continue;
		}
		const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
		if (resumed) call = (pending.get(thread) ?? '') + (resumed[1] as string);
		const mark = /"\/(begin|end)-(\d+)"/.exec(call);
		if (mark) {
			current = mark[1] === 'begin' ? [] : undefined;
			if (current) traced.set(Number(mark[2]), current);
		} else if (current && call.includes(directory)) current.push(call);
	}
	return traced;
}

function normalise(text: string, root: string, names: Map<string, string>): string {
	return text
		.replaceAll(root, '$ROOT')
		.replace(/AT_FDCWD(?:<[^>]*>)?, /g, '')
		.replace(TIMESTAMP, (name) => {
			if (!names.has(name)) names.set(name, `..TS${names.size + 1}`);
			return names.get(name) as string;
		});
}
