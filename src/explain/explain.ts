// Tells the story of one write in one volume. A replication is run twice with a listening sink: the first pass finds out
// what to tell about, the second keeps what belongs to it. Both give the same events, because a run is a pure function.

import type { TraceSink } from '../measure/trace.js';
import { EventCollector } from './event-collector.js';
import type { LineContext } from './line-texts.js';
import type { Story } from './story.js';
import { storyLines } from './story-lines.js';
import { storyReason } from './story-reason.js';
import { SubjectFinder, type SubjectQuery } from './subject-finder.js';

/**
 * The story that a query asks for.
 *
 * @param run runs the queried replication of the queried variant and tells the sink everything.
 * @param strategy `configMapAndSecretChangeDetectionStrategy` of the variant.
 * @throws NoSubjectError when there is no such write or pod.
 */
export function explain(run: (sink: TraceSink) => void, query: SubjectQuery, strategy: string): Story {
	const finder = new SubjectFinder(query);
	run(finder.sink);
	const subject = finder.subject();
	const collector = new EventCollector(subject);
	run(collector.sink);
	const context: LineContext = {
		subject,
		strategy,
		sawWrite: (read) =>
			read.result === 'found'
				? (read.resourceVersion ?? 0) >= subject.resourceVersion
				: read.result === 'notFound' && subject.verb === 'delete',
	};
	const events = collector.events.map(({ event }) => event);
	const last = events.findLast((event) => event.kind === 'settled' && event.write === subject.write);
	const settled = last?.kind === 'settled' ? { at: last.at, delay: last.delay, outcome: last.outcome } : null;
	const own = collector.events
		.filter(({ event, by }) => event.kind === 'read' || by === null || by === subject.pod)
		.map(({ event }) => event);
	return { subject, lines: storyLines(collector.events, context), settled, ...storyReason(own, context, settled) };
}
