import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LedgerJournal } from '../../src/apiserver/ledger-journal.js';
import { type Ledger, type RequestKind, RequestLedger } from '../../src/apiserver/request-ledger.js';
import { drawInteger, streamKey } from '../../src/core/random.js';
import { MINUTE, SECOND } from '../../src/core/time.js';

const test = suite('ledger journal');
const END = 10 * MINUTE;
const FROM = 2 * MINUTE;
const TO = 8 * MINUTE;

const READ: RequestKind = { verb: 'GET', resource: 'configmaps', resourceVersion: 'unset', code: 200, origin: 'injected' };
/** More of them than a ledger keeps apart. */
const TOGETHER: readonly (readonly RequestKind[])[] = Array.from({ length: 24 }, (_, i) => [READ, { ...READ, code: 400 + (i % 5) }, READ]);

/** Makes the same random entries in whatever ledger it is given. */
function enter(ledger: Ledger, number: number): void {
	const key = streamKey(7, 'journal', number);
	let drawn = 0;
	const whole = (max: number): number => drawInteger(key, drawn++, 0, max);
	for (let i = 0; i < 200; i++) {
		const at = whole(END);
		const seconds = Int32Array.from({ length: 1 + whole(70) }, () => whole(END / SECOND));
		const kind = {
			verb: 'GET',
			resource: 'secrets',
			resourceVersion: whole(1) === 0 ? 'unset' : '0',
			code: 200,
			origin: 'workload',
		} as const;
		ledger.request(at, 'WATCH', whole(1) === 0 ? 'secrets' : 'configmaps', 'set', 200, 'injected');
		ledger.requests(kind, seconds, seconds.length);
		ledger.requests(kind, seconds, 0);
		const kinds = TOGETHER[whole(TOGETHER.length - 1)] as readonly RequestKind[];
		ledger.requestsTogether(kinds, seconds, seconds.length);
		ledger.requestsTogether(kinds, seconds, whole(seconds.length), -1);
		ledger.watches(at, whole(1) === 0 ? 1 : -1);
		ledger.watchesChanged(seconds, whole(seconds.length), whole(1) === 0 ? 1 : -1);
		ledger.connections(at, 1 - whole(2));
		ledger.watchTime(at, at + whole(MINUTE));
		ledger.watchEvent(at);
		ledger.bookmark(at);
		ledger.etcdRead(at);
		ledger.bytes(at, whole(1_000));
		ledger.measured(whole(3), whole(3));
		ledger.measuredWatches(whole(30), whole(3));
		ledger.measuredBytes(ledger.bookmarkSeries(at, at + whole(5 * MINUTE), MINUTE));
	}
}

test('a journal that is posted leaves the ledger as if it had been told itself', () => {
	for (let number = 0; number < 20; number++) {
		const told = new RequestLedger(END, FROM, TO);
		const posted = new RequestLedger(END, FROM, TO);
		enter(told, number);
		const journal = new LedgerJournal(FROM, TO);
		enter(journal, number);
		assert.equal(posted.data(), new RequestLedger(END, FROM, TO).data(), 'nothing is written before it is posted');
		journal.post(posted);
		assert.equal(posted.data(), told.data());
	}
});

test('requests that are made together count as each of them, however many sorts there are', () => {
	const together = new RequestLedger(END, FROM, TO);
	const single = new RequestLedger(END, FROM, TO);
	for (const [i, kinds] of TOGETHER.entries()) {
		const seconds = Int32Array.from([i, i, 3 * i, END / SECOND]);
		together.requestsTogether(kinds, seconds, seconds.length);
		together.requestsTogether(kinds, seconds, 1, -1);
		for (const kind of kinds) single.requests(kind, seconds.subarray(1), seconds.length - 1);
	}
	assert.equal(together.data(), single.data());
	assert.equal(together.data(), single.data(), 'it can be told twice');
});

test('entries of several journals add up', () => {
	const told = new RequestLedger(END, FROM, TO);
	const posted = new RequestLedger(END, FROM, TO);
	for (const number of [1, 2, 3]) {
		enter(told, number);
		const journal = new LedgerJournal(FROM, TO);
		enter(journal, number);
		journal.post(posted);
	}
	assert.equal(posted.data(), told.data());
});

test.run();
