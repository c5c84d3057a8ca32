import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Response, StoredObject } from '../../../src/apiserver/protocol.js';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import { LIST_WATCH, ReflectorProbe, SETTINGS, status, version } from './reflector-probe.js';

type Answer = Response<StoredObject>;

const OPENED: Answer = { kind: 'opened' };
const CLEAN: Answer = { kind: 'closed', clean: true, message: 'EOF' };
const LOST: Answer = { kind: 'closed', clean: false, message: 'http2: client connection lost' };
const REFUSED: Answer = { kind: 'connection', cause: 'refused', message: 'connection refused' };
const TOO_LARGE: Answer = { ...(status(504, 'Timeout') as Extract<Answer, { kind: 'status' }>), resourceVersionTooLarge: true };
const EXPIRED = status(410, 'Expired');
const END_OF_INITIAL = (resourceVersion: number): Answer => ({ kind: 'bookmark', resourceVersion, initialEventsEnd: true });
const BOOKMARK = (resourceVersion: number): Answer => ({ kind: 'bookmark', resourceVersion, initialEventsEnd: false });
const EVENT = (type: 'ADDED' | 'MODIFIED' | 'DELETED', resourceVersion: number): Answer => ({
	kind: 'event',
	type,
	object: version(resourceVersion),
});
const ERROR = (code: number, reason: string, message = reason): Answer => ({ kind: 'errorEvent', code, reason, message });
const LISTED = (resourceVersion: number): Answer => ({ kind: 'list', resourceVersion, object: version(resourceVersion) });

/** Synced by a streaming list at version 5 and watching, 3 s ago. */
function watchingProbe(): ReflectorProbe {
	const probe = new ReflectorProbe(SETTINGS)
		.start()
		.answer(OPENED, EVENT('ADDED', 4), END_OF_INITIAL(5))
		.pass(3 * SECOND);
	probe.take();
	return probe;
}

/** Synced by a LIST at version 5 and watching, 3 s ago. */
function listWatchProbe(): ReflectorProbe {
	const probe = new ReflectorProbe(LIST_WATCH)
		.start()
		.answer(LISTED(5), OPENED)
		.pass(3 * SECOND);
	probe.take();
	return probe;
}

const streaming = suite('reflector: streaming list (A1.3)');

streaming('the store is filled when the initial events have ended, and the same stream goes on', () => {
	const probe = new ReflectorProbe(SETTINGS).start().answer(OPENED, EVENT('ADDED', 4));
	assert.equal(probe.take(), ['WATCH initial rv=unset']);
	probe.answer(END_OF_INITIAL(5), EVENT('MODIFIED', 6), BOOKMARK(9));
	assert.equal(probe.take(), ['store 4', 'change 6']);
	assert.is(probe.reflector.lastResourceVersion, 9);
});

streaming('what the initial events bring back is only the last state', () => {
	const probe = new ReflectorProbe(SETTINGS).start().answer(OPENED, EVENT('ADDED', 4), BOOKMARK(4), EVENT('DELETED', 5), END_OF_INITIAL(5));
	assert.equal(probe.take(), ['WATCH initial rv=unset', 'store empty']);
});

streaming('403 costs a LIST at once and then a pause', () => {
	const probe = new ReflectorProbe(SETTINGS).start().answer(status(403, 'Forbidden'));
	assert.equal(probe.take(), ['WATCH initial rv=unset', 'LIST rv=0 limit=500']);
	probe.answer(status(403, 'Forbidden'));
	assert.equal(probe.take(), ['pause 800 ms']);
	probe.wake();
	assert.equal(probe.take(), ['WATCH initial rv=unset']);
});

streaming('a fallback to LIST is followed by a plain WATCH and not remembered', () => {
	const probe = new ReflectorProbe(SETTINGS).start().answer(status(422, 'Invalid'), LISTED(5), OPENED);
	assert.equal(probe.take(), ['WATCH initial rv=unset', 'LIST rv=0 limit=500', 'store 5', 'WATCH rv=5']);
	probe.answer(ERROR(500, 'InternalError')).wake();
	assert.equal(probe.take(), ['pause 800 ms', 'WATCH initial rv=5']);
});

for (const [name, refusal] of [
	['refused', REFUSED],
	['429', status(429, 'TooManyRequests')],
] as const) {
	streaming(`${name}: the WATCH is repeated after a pause, without a LIST`, () => {
		const probe = new ReflectorProbe(SETTINGS).start().answer(refusal).wake().answer(refusal).wake();
		assert.equal(probe.take(), [
			'WATCH initial rv=unset',
			'pause 800 ms',
			'WATCH initial rv=unset',
			'pause 1600 ms',
			'WATCH initial rv=unset',
		]);
	});
}

for (const [name, refusal] of [
	['410', EXPIRED],
	['too large', TOO_LARGE],
] as const) {
	streaming(`${name} on a restart: at once again from the newest state`, () => {
		const probe = watchingProbe().answer(ERROR(410, 'Expired')).wake().answer(refusal);
		assert.equal(probe.take(), ['pause 800 ms', 'WATCH initial rv=5', 'WATCH initial rv=unset']);
		probe.answer(OPENED, END_OF_INITIAL(8));
		assert.equal(probe.take(), ['store empty']);
		assert.is(probe.reflector.lastResourceVersion, 8);
	});
}

streaming('too large as an ERROR event of the stream is recognised by its message', () => {
	const probe = watchingProbe().answer(LOST).wake();
	probe.answer(OPENED, ERROR(504, 'Timeout', 'Timeout: Too large resource version: 5, current: 3'));
	assert.equal(probe.take(), ['pause 800 ms', 'WATCH initial rv=5', 'WATCH initial rv=unset']);
});

streaming('a stream that ends cleanly before the end of its initial events is opened again without a pause', () => {
	const late = new ReflectorProbe(SETTINGS).start().answer(OPENED).pass(SECOND).answer(CLEAN);
	assert.equal(late.take(), ['WATCH initial rv=unset', 'WATCH initial rv=unset']);
	const withEvent = new ReflectorProbe(SETTINGS).start().answer(OPENED, EVENT('ADDED', 4), CLEAN);
	assert.equal(withEvent.take(), ['WATCH initial rv=unset', 'WATCH initial rv=unset']);
});

streaming('a very short initial stream falls back to LIST', () => {
	const probe = new ReflectorProbe(SETTINGS)
		.start()
		.answer(OPENED)
		.pass(SECOND - 1)
		.answer(CLEAN);
	assert.equal(probe.take(), ['WATCH initial rv=unset', 'LIST rv=0 limit=500']);
});

streaming('the life of the watch begins with the end of the initial events, which do not count for it', () => {
	const probe = new ReflectorProbe(SETTINGS)
		.start()
		.answer(OPENED, EVENT('ADDED', 4))
		.pass(5 * SECOND);
	probe
		.answer(END_OF_INITIAL(5))
		.pass(SECOND - 1)
		.answer(CLEAN);
	assert.equal(probe.take(), ['WATCH initial rv=unset', 'store 4', 'pause 800 ms']);
	const later = new ReflectorProbe(SETTINGS).start().answer(OPENED, END_OF_INITIAL(5)).pass(SECOND).answer(CLEAN);
	assert.equal(later.take(), ['WATCH initial rv=unset', 'store empty', 'WATCH rv=5']);
});

streaming('a restarted API server: the exponent of the refused time goes on (K20.18)', () => {
	const probe = watchingProbe().answer(CLEAN).answer(REFUSED).wake().answer(REFUSED).wake().answer(OPENED);
	probe.answer(ERROR(410, 'Expired', 'too old resource version: 5 (9)')).wake();
	assert.equal(probe.take(), [
		'WATCH rv=5',
		'pause 800 ms',
		'WATCH rv=5',
		'pause 1600 ms',
		'WATCH rv=5',
		'pause 3200 ms',
		'WATCH initial rv=5',
	]);
});

streaming.run();

const listing = suite('reflector: LIST and WATCH (A1.2)');

listing('LIST from version 0, then WATCH from the list', () => {
	const probe = new ReflectorProbe(LIST_WATCH).start().answer(LISTED(5));
	assert.equal(probe.take(), ['LIST rv=0 limit=500', 'store 5', 'WATCH rv=5']);
});

listing('a normal end is followed by a WATCH from the last version, at once', () => {
	const probe = listWatchProbe().answer(EVENT('MODIFIED', 6)).answer(CLEAN);
	assert.equal(probe.take(), ['change 6', 'WATCH rv=6']);
});

listing('a very short watch ends the iteration', () => {
	const probe = listWatchProbe()
		.answer(CLEAN)
		.answer(OPENED)
		.pass(SECOND - 1)
		.answer(CLEAN)
		.wake();
	assert.equal(probe.take(), ['WATCH rv=5', 'pause 800 ms', 'LIST rv=5']);
});

listing('a second, or one bookmark, makes it a normal end', () => {
	const second = listWatchProbe().answer(CLEAN).answer(OPENED).pass(SECOND).answer(CLEAN);
	assert.equal(second.take(), ['WATCH rv=5', 'WATCH rv=5']);
	const bookmark = listWatchProbe().answer(CLEAN).answer(OPENED, BOOKMARK(8), CLEAN);
	assert.equal(bookmark.take(), ['WATCH rv=5', 'WATCH rv=8']);
});

listing('the life of a stream counts from its request, not from its opening', () => {
	const probe = listWatchProbe().answer(CLEAN).pass(SECOND).answer(OPENED, CLEAN);
	assert.equal(probe.take(), ['WATCH rv=5', 'WATCH rv=5']);
});

listing('an empty stream, which the client gives when it is out of retries, is a very short watch', () => {
	const probe = listWatchProbe().answer(CLEAN).answer(CLEAN);
	assert.equal(probe.take(), ['WATCH rv=5', 'pause 800 ms']);
});

listing('an unclean end, 410 and 500 pay a pause and list again from the last version', () => {
	for (const end of [LOST, ERROR(410, 'Expired'), ERROR(500, 'InternalError'), ERROR(403, 'Forbidden')]) {
		assert.equal(listWatchProbe().answer(end).wake().take(), ['pause 800 ms', 'LIST rv=5']);
	}
});

listing('429 as an ERROR event repeats the WATCH', () => {
	assert.equal(listWatchProbe().answer(ERROR(429, 'TooManyRequests')).wake().take(), ['pause 800 ms', 'WATCH rv=5']);
});

for (const [name, refusal] of [
	['410', EXPIRED],
	['too large', TOO_LARGE],
] as const) {
	listing(`a LIST refused as ${name} is followed at once by one without a version and with the same paging`, () => {
		const restart = listWatchProbe().answer(LOST).wake().answer(refusal);
		assert.equal(restart.take(), ['pause 800 ms', 'LIST rv=5', 'LIST rv=unset']);
		const first = new ReflectorProbe(LIST_WATCH).start().answer(refusal);
		assert.equal(first.take(), ['LIST rv=0 limit=500', 'LIST rv=unset limit=500']);
	});

	listing(`when the second LIST fails as well, the next iteration asks without a version (${name})`, () => {
		const probe = listWatchProbe().answer(LOST).wake().answer(refusal, status(500, 'InternalError')).wake();
		assert.equal(probe.take(), ['pause 800 ms', 'LIST rv=5', 'LIST rv=unset', 'pause 1600 ms', 'LIST rv=unset limit=500']);
		probe.answer(LISTED(9), OPENED).pass(SECOND).answer(LOST).wake();
		assert.equal(probe.take(), ['store 9', 'WATCH rv=9', 'pause 3200 ms', 'LIST rv=9']);
	});
}

listing('two back-offs until 1.27: the retries of a refused WATCH do not move the other one', () => {
	const run = (reflectorBackoffManagers: 1 | 2): string[] =>
		new ReflectorProbe({ ...LIST_WATCH, reflectorBackoffManagers })
			.start()
			.answer(LISTED(5), REFUSED)
			.wake()
			.answer(REFUSED)
			.wake()
			.answer(status(500, 'InternalError'))
			.take()
			.filter((word) => word.startsWith('pause'));
	assert.equal(run(2), ['pause 800 ms', 'pause 1600 ms', 'pause 800 ms']);
	assert.equal(run(1), ['pause 800 ms', 'pause 1600 ms', 'pause 3200 ms']);
});

listing('the timeout is a whole number of seconds of [m, 2m)', () => {
	for (const [uniform, seconds] of [
		[0, 1800],
		[0.5, 2700],
		[0.99999999, 3599],
	] as const) {
		for (const settings of [SETTINGS, LIST_WATCH]) {
			const probe = new ReflectorProbe(settings);
			probe.uniform = uniform;
			probe.start();
			if (settings === LIST_WATCH) probe.answer(LISTED(5));
			assert.equal(probe.timeouts, [seconds]);
		}
	}
});

listing.run();

const stopping = suite('reflector: stop and restart');

stopping('an open stream is closed, and the restart asks for the last version', () => {
	const probe = watchingProbe();
	probe.reflector.stop(probe.now);
	assert.equal([probe.take(), probe.reflector.phase], [['close'], 'stopped']);
	probe.start();
	assert.equal(probe.take(), ['WATCH initial rv=5']);
});

stopping('a stream that is being opened is closed when it opens (K20.11)', () => {
	const probe = new ReflectorProbe(SETTINGS).start();
	probe.reflector.stop(probe.now);
	assert.equal(probe.take(), ['WATCH initial rv=unset']);
	probe.answer(OPENED);
	assert.equal([probe.take(), probe.reflector.phase], [['close'], 'stopped']);
});

stopping('a restart waits for the run that is ending', () => {
	const probe = watchingProbe().answer(CLEAN);
	probe.reflector.stop(probe.now);
	probe.start();
	assert.equal(probe.take(), ['WATCH rv=5']);
	probe.answer(OPENED);
	assert.equal(probe.take(), ['close', 'WATCH initial rv=5']);
});

stopping('a stop takes back the restart', () => {
	const probe = watchingProbe().answer(CLEAN);
	probe.reflector.stop(probe.now);
	probe.start();
	probe.reflector.stop(probe.now);
	probe.answer(OPENED);
	assert.equal([probe.take(), probe.reflector.phase], [['WATCH rv=5', 'close'], 'stopped']);
});

stopping('a streaming list that fails after the stop still sends its LIST, which nobody hears', () => {
	const probe = new ReflectorProbe(SETTINGS).start();
	probe.reflector.stop(probe.now);
	probe.answer(status(403, 'Forbidden'));
	assert.equal([probe.take(), probe.reflector.phase], [['WATCH initial rv=unset', 'LIST rv=0 limit=500'], 'stopped']);
});

stopping('a pause just ends', () => {
	const probe = new ReflectorProbe(SETTINGS).start().answer(REFUSED);
	probe.reflector.stop(probe.now);
	probe.wake();
	assert.equal([probe.take(), probe.reflector.phase], [['WATCH initial rv=unset', 'pause 800 ms'], 'stopped']);
});

stopping('a LIST under way is left alone and a restart does not wait for it', () => {
	const probe = new ReflectorProbe(LIST_WATCH).start();
	probe.reflector.stop(probe.now);
	probe.start();
	assert.equal(probe.take(), ['LIST rv=0 limit=500', 'LIST rv=0 limit=500']);
});

stopping('a stop inside an iteration takes one step of the back-off, one between iterations does not', () => {
	const inside = watchingProbe();
	inside.reflector.stop(inside.now);
	inside.start().answer(REFUSED);
	assert.equal(inside.take(), ['close', 'WATCH initial rv=5', 'pause 1600 ms']);
	const between = listWatchProbe().answer(LOST);
	between.reflector.stop(between.now);
	between.start().answer(status(500, 'InternalError'));
	assert.equal(between.take(), ['pause 800 ms', 'LIST rv=5', 'pause 1600 ms']);
});

stopping('two minutes later the back-off has started over', () => {
	const probe = watchingProbe();
	probe.reflector.stop(probe.now);
	probe
		.pass(2 * MINUTE + 1)
		.start()
		.answer(REFUSED);
	assert.equal(probe.take(), ['close', 'WATCH initial rv=5', 'pause 800 ms']);
});

stopping('a response while nothing is asked is a mistake of the caller', () => {
	assert.throws(() => new ReflectorProbe(SETTINGS).answer(OPENED), /while stopped/);
});

stopping.run();
