// Conformance of the volume operations' back-off: recorded runs of exponentialbackoff and NestedPendingOperations against
// OperationBackoff, with the exact texts.

import { MILLISECOND } from '../../src/core/time.js';
import {
	ANY_POD,
	alreadyRunningText,
	inBackoffText,
	noRetriesText,
	OperationBackoff,
	OWN_POD,
} from '../../src/kubelet/operation-backoff.js';
import type { Agreement, Disagreement } from './agreement.js';
import { AgreementTally, sameJson } from './agreement.js';
import { goTime } from './go-time.js';
import { RecordedObject, sequencesOf } from './recording.js';
import { VirtualLoop } from './virtual-loop.js';

/** Error text of the recorder's failing operations. */
const CAUSE = 'MountVolume.SetUp failed';

/** Checks every line of a `backoff` recording. */
export function backoffAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'backoff')) {
		const fields = new RecordedObject(line, 'backoff');
		const id = fields.string('id');
		fields.optionalString('note');
		if (fields.has('kind')) {
			const kind = fields.string('kind');
			if (kind !== 'durations') throw new Error(`${id}: unknown kind ${kind}`);
			tally.count(durationsDisagreement(id, line, fields));
		} else {
			tally.count(new Run(id).disagreement(line, fields));
		}
	}
	return tally.agreement;
}

/** One key that fails again and again, each time 1 ns after the end of the back-off before. */
function durationsDisagreement(id: string, line: unknown, fields: RecordedObject): Disagreement | null {
	const operations = new OperationBackoff();
	const ours: unknown[] = [];
	let now = 0;
	let total = 0;
	const failures = fields.list('failures');
	for (let n = 1; n <= failures.length; n++) {
		operations.start(0, 0, now);
		operations.finish(0, true, now);
		const end = operations.retryAt(0);
		const backoff = operations.backoffOf(0);
		// The recording has waited n - 1 single nanoseconds by now, which microseconds cannot hold.
		const nanos = n - 1;
		ours.push({
			n,
			durationMs: (end - now) / MILLISECOND,
			error: inBackoffText('op', goTime(now, nanos), goTime(end, nanos), backoff, 'cause'),
			message: noRetriesText('op', goTime(end, nanos), backoff, 'cause'),
			allowedExactlyAtEnd: operations.isSafeToRetry(0, 0, end),
			allowedOneNanosecondLater: operations.isSafeToRetry(0, 0, end + 1),
		});
		total += (end - now) / 1e6;
		// The recorder looks every 500 ms until a retry is allowed, then waits the whole time once more with a second back-off.
		now = end + 500 * MILLISECOND + backoff;
	}
	const recorded = { failures, totalSeconds: fields.number('totalSeconds') };
	fields.end();
	const all = { failures: ours, totalSeconds: total };
	return sameJson(recorded, all) ? null : { id, input: line, recorded, ours: all };
}

/** One sequence of runs of several volumes, pods and operations. */
class Run {
	readonly #id: string;
	readonly #loop = new VirtualLoop();
	readonly #operations = new OperationBackoff();
	readonly #volumes = new Numbers();
	readonly #pods = new Numbers();
	readonly #names = new Numbers();

	constructor(id: string) {
		this.#id = id;
	}

	disagreement(line: unknown, fields: RecordedObject): Disagreement | null {
		for (const [index, recordedStep] of fields.list('steps').entries()) {
			const step = new RecordedObject(recordedStep, `${this.#id} step ${index}`);
			const at = step.number('atMs') * MILLISECOND;
			const ours = { at: this.#loop.now, ...this.#play(step) };
			const recorded = {
				at,
				started: step.has('started') && step.boolean('started'),
				refused: step.optionalString('refused') ?? null,
				error: step.optionalString('error') ?? null,
				safeToRetryAfter: step.take('safeToRetryAfter') ?? null,
			};
			step.end();
			if (!sameJson(recorded, ours)) return { id: `${this.#id}[${index}]`, input: line, recorded, ours };
		}
		fields.end();
		return null;
	}

	#play(step: RecordedObject): Record<string, unknown> {
		const op = step.string('op');
		if (op === 'run') return this.#run(step);
		if (op !== 'advance') throw new Error(`${this.#id}: unknown operation ${op}`);
		this.#loop.runTo(this.#loop.now + step.number('ms') * MILLISECOND);
		return { started: false, refused: null, error: null, safeToRetryAfter: null };
	}

	#run(step: RecordedObject): Record<string, unknown> {
		const volumeName = step.string('volume');
		const podName = step.optionalString('pod') ?? '';
		const volume = this.#volumes.of(volumeName);
		// Pod numbers begin after OWN_POD, so that each name is another pod.
		const pod = podName === '' ? ANY_POD : OWN_POD + 1 + this.#pods.of(podName);
		const operation = this.#names.of(step.string('operation'));
		const fails = step.has('fail') && step.boolean('fail');
		const takes = (step.optionalNumber('takeMs') ?? 0) * MILLISECOND;
		const now = this.#loop.now;
		const key = `{volumeName:${volumeName} podName:${podName} nodeName:}`;
		const outcome = this.#operations.start(volume, operation, now, pod);
		let error: string | null = null;
		if (outcome === 'started') this.#loop.at(now + takes, (end) => this.#operations.finish(volume, fails, end, pod));
		else if (outcome === 'alreadyRunning') error = alreadyRunningText(key);
		else {
			const end = this.#operations.retryAt(volume, pod);
			const backoff = this.#operations.backoffOf(volume, pod);
			error = inBackoffText(key, goTime(end - backoff), goTime(end), backoff, CAUSE);
		}
		this.#loop.runTo(now);
		return {
			started: outcome === 'started',
			refused: outcome === 'alreadyRunning' ? 'running' : outcome === 'inBackoff' ? 'backOff' : null,
			error,
			safeToRetryAfter: this.#operations.isSafeToRetry(volume, operation, now, pod),
		};
	}
}

/** Small numbers for names. */
class Numbers {
	readonly #numbers = new Map<string, number>();

	of(name: string): number {
		const known = this.#numbers.get(name);
		if (known !== undefined) return known;
		this.#numbers.set(name, this.#numbers.size);
		return this.#numbers.size - 1;
	}
}
