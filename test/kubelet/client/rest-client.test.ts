import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RequestOptions, Response, StoredObject } from '../../../src/apiserver/protocol.js';
import type { Micros } from '../../../src/core/time.js';
import { SECOND } from '../../../src/core/time.js';
import { getRequest, listRequest, watchRequest } from '../../../src/kubelet/client/object-requests.js';
import type { RestClientOptions } from '../../../src/kubelet/client/rest-client.js';
import { RestClient } from '../../../src/kubelet/client/rest-client.js';

type Answer = Response<StoredObject>;

const GET = getRequest('secrets', 1, 0);
const LIST = listRequest('secrets', 1, 0, 500);
const WATCH = watchRequest('secrets', 1, 5, 1800);
const POST: RequestOptions = { ...GET, verb: 'POST', resource: 'serviceaccounts/token' };
const FOUND: Answer = { kind: 'object', object: { resourceVersion: 1, immutable: false } };
const OPENED: Answer = { kind: 'opened' };

function status(code: number, retryAfterSeconds?: number): Answer {
	return { kind: 'status', code, reason: '', message: '', retryAfterSeconds };
}

function connection(cause: 'refused' | 'reset' | 'timeout' | 'lost'): Answer {
	return { kind: 'connection', cause, message: cause };
}

/** A client whose timers the test lets run. */
class Probe {
	now: Micros = 0;
	/** `request@ms`, oldest first. */
	readonly transmitted: string[] = [];
	/** `request kind`, oldest first. */
	readonly responses: string[] = [];
	readonly client: RestClient<StoredObject>;
	readonly #timers: { at: Micros; timer: number }[] = [];

	constructor(options: Partial<RestClientOptions> = {}) {
		this.client = new RestClient<StoredObject>(
			{ qps: 50, burst: 100, retriesConnectionLost: true, ...options },
			{
				transmit: (request, _options, now) => this.transmitted.push(`${request}@${now / 1000}`),
				respond: (request, response) => this.responses.push(`${request} ${response.kind}`),
				wakeAt: (at, timer) => this.#timers.push({ at, timer }),
			},
		);
	}

	passTo(until: Micros): void {
		for (;;) {
			this.#timers.sort((a, b) => a.at - b.at);
			if ((this.#timers[0]?.at ?? until + 1) > until) break;
			const { at, timer } = this.#timers.shift() as { at: Micros; timer: number };
			this.now = at;
			this.client.onTimer(timer, at);
		}
		this.now = until;
	}

	/** Answers a request with the same response as long as the client repeats it. */
	exhaust(options: RequestOptions, answer: Answer): this {
		const request = this.client.send(options, this.now);
		for (let sent = 0; sent !== this.transmitted.length; ) {
			sent = this.transmitted.length;
			this.client.onResponse(request, answer, this.now);
			this.passTo(this.now + 20 * SECOND);
		}
		return this;
	}
}

const throttling = suite('REST client: rate limit (A2)');

throttling('requests beyond the burst leave one by one, in order', () => {
	const probe = new Probe({ qps: 5, burst: 2 });
	for (let i = 0; i < 4; i++) probe.client.send(GET, 0);
	assert.equal(probe.transmitted, ['1@0', '2@0']);
	probe.passTo(SECOND);
	assert.equal(probe.transmitted, ['1@0', '2@0', '3@200', '4@400']);
	assert.is(probe.client.throttled, 600_000);
});

throttling('the first attempt of a WATCH takes no token and waits for nobody', () => {
	const probe = new Probe({ qps: 5, burst: 1 });
	for (const options of [WATCH, GET, LIST, WATCH]) probe.client.send(options, 0);
	assert.equal(probe.transmitted, ['1@0', '2@0', '4@0']);
	probe.passTo(SECOND);
	assert.is(probe.transmitted[3], '3@200');
});

throttling('a retry takes a token after its pause, that of a WATCH too', () => {
	const probe = new Probe({ qps: 1, burst: 1 });
	const watch = probe.client.send(WATCH, 0);
	probe.client.onResponse(watch, status(429, 1), 0);
	probe.client.send(GET, 500_000);
	probe.passTo(2 * SECOND);
	assert.equal(probe.transmitted, ['1@0', '2@500', '1@1500']);
});

throttling('0 means the defaults of client-go, a negative rate no limit', () => {
	const defaults = new Probe({ qps: 0, burst: 0 });
	const free = new Probe({ qps: -1 });
	for (let i = 0; i < 11; i++) for (const probe of [defaults, free]) probe.client.send(GET, 0);
	assert.equal([defaults.transmitted.length, free.transmitted.length], [10, 11]);
	defaults.passTo(SECOND);
	assert.is(defaults.transmitted[10], '11@200');
});

throttling('is quiet when only streams are open and the bucket is full', () => {
	const probe = new Probe();
	probe.client.adopt(WATCH, 0);
	assert.ok(probe.client.isQuiet(0));
	const request = probe.client.send(GET, 0);
	assert.not(probe.client.isQuiet(SECOND));
	probe.client.onResponse(request, FOUND, 1000);
	assert.equal([probe.client.isQuiet(19_999), probe.client.isQuiet(20_000)], [false, true]);
});

throttling.run();

const retries = suite('REST client: retries (A1.5)');

retries('429 and 5xx with Retry-After are repeated ten times, after exactly that time', () => {
	for (const [code, options] of [
		[429, GET],
		[503, LIST],
		[500, WATCH],
		[429, POST],
	] as const) {
		const probe = new Probe().exhaust(options, status(code, 3));
		assert.is(probe.transmitted.length, 11);
		assert.equal(probe.responses, ['1 status']);
	}
	const probe = new Probe();
	probe.client.onResponse(probe.client.send(GET, 0), status(429, 3), 7000);
	probe.passTo(10 * SECOND);
	assert.equal(probe.transmitted, ['1@0', '1@3007']);
});

retries('other statuses, and these without Retry-After, are passed on at once', () => {
	for (const answer of [status(429), status(503), status(404, 1), status(403, 1), FOUND]) {
		const probe = new Probe().exhaust(GET, answer);
		assert.equal([probe.transmitted.length, probe.responses], [1, [`1 ${answer.kind}`]]);
	}
});

/** Attempts of a call that fails the same way each time. */
function attempts(options: RequestOptions, cause: 'refused' | 'reset' | 'timeout' | 'lost', retriesConnectionLost = true): number {
	return new Probe({ retriesConnectionLost }).exhaust(options, connection(cause)).transmitted.length;
}

retries('connection errors are repeated for reads only', () => {
	assert.equal(
		[GET, LIST, WATCH, POST].map((options) => (['refused', 'reset', 'timeout', 'lost'] as const).map((cause) => attempts(options, cause))),
		[
			[1, 11, 1, 11],
			[1, 11, 1, 11],
			[1, 11, 11, 1],
			[1, 1, 1, 1],
		],
	);
	assert.is(attempts(GET, 'lost', false), 1, 'until 1.31');
});

retries('a reset connection is tried again after exactly a second (K20.23)', () => {
	const probe = new Probe();
	probe.client.onResponse(probe.client.send(WATCH, 0), connection('reset'), 2000);
	probe.passTo(5 * SECOND);
	assert.equal(probe.transmitted, ['1@0', '1@1002']);
});

retries('a WATCH that is out of retries gives an empty stream', () => {
	assert.equal(new Probe().exhaust(WATCH, connection('reset')).responses, ['1 opened', '1 closed']);
	assert.equal(new Probe().exhaust(GET, connection('reset')).responses, ['1 connection']);
});

retries('what happens on an open stream is not repeated', () => {
	const probe = new Probe();
	const watch = probe.client.send(WATCH, 0);
	for (const answer of [OPENED, { kind: 'bookmark', resourceVersion: 6, initialEventsEnd: false } as const, connection('reset')]) {
		probe.client.onResponse(watch, answer, 0);
	}
	probe.passTo(5 * SECOND);
	assert.equal([probe.transmitted.length, probe.responses], [1, ['1 opened', '1 bookmark', '1 connection']]);
});

retries('a cancelled call hears nothing and is not repeated', () => {
	const probe = new Probe();
	const watch = probe.client.send(WATCH, 0);
	probe.client.onResponse(watch, connection('reset'), 0);
	probe.client.cancel(watch, 0);
	probe.passTo(5 * SECOND);
	probe.client.onResponse(watch, OPENED, probe.now);
	assert.equal([probe.transmitted, probe.responses], [['1@0'], []]);
});

retries.run();
