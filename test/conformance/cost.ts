// The recorded CPU time and memory of real processes (r5-cost.jsonl). The model has no CPU time, so nothing of it can agree or
// disagree: each line is read, and named as outside of what is claimed. The benchmarks' table of peers quotes these figures.

import type { Agreement } from './agreement.js';
import { AgreementTally } from './agreement.js';
import { RecordedObject } from './recording.js';

/** Reads every line of a cost recording. */
export function costAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	const [header, ...rest] = lines;
	if (new RecordedObject(header, 'cost').take('header') !== true) throw new Error('a cost recording begins with a header line');
	for (const line of rest) {
		const fields = new RecordedObject(line, 'cost');
		const names = ['run', 'node', 'process', 'strategy'].map((name) => fields.string(name));
		for (const name of ['cpuSeconds', 'cpuShareOfOneCore', 'pods', 'rssMiBBegin', 'rssMiBEnd', 'syncFrequencySeconds', 'windowSeconds']) {
			fields.number(name);
		}
		fields.end();
		tally.leaveOut(`${names.filter((name) => name !== '').join(' ')}: CPU time and memory of real processes are not modelled`);
	}
	return tally.agreement;
}
