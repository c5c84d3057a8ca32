// A story as text of 80 columns: a line per event with its time since the commit, what happened, why, and the rules it
// follows in brackets; then why it took that long.

import type { Story, StoryLine, StorySubject } from '../explain/story.js';
import { foldedLines } from '../explain/story-lines.js';
import { command, cutTo, heading, type Palette, paragraph, REPORT_WIDTH } from '../report/text-layout.js';

const MICROS_PER_SECOND = 1_000_000;
const TIME_WIDTH = 11;

/** Seconds since the commit, signed: `+37.612 s`. */
function sinceCommit(line: StoryLine, subject: StorySubject): string {
	const seconds = (line.at - subject.committedAt) / MICROS_PER_SECOND;
	return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(3)} s`.padStart(TIME_WIDTH);
}

function lineText(line: StoryLine, subject: StorySubject, palette: Palette): string[] {
	const sentence = line.because === '' ? line.what : `${line.what} (${line.because})`;
	const rules = line.rules.length === 0 ? '' : ` [${line.rules.join(',')}]`;
	const rows = paragraph(`${sentence}${rules}`, `${sinceCommit(line, subject)}  `);
	return rows.map((row) => (line.turning ? palette.heading(row) : row));
}

/** What the story is about, in one line each. */
function titleLines({ subject, settled }: Story, scenario: string, palette: Palette): string[] {
	const commit = (subject.committedAt / MICROS_PER_SECOND).toFixed(3);
	const delay =
		settled === null ? 'not settled in this run' : `${settled.outcome} after ${(settled.delay / MICROS_PER_SECOND).toFixed(3)} s`;
	return [
		palette.heading(cutTo(`Write ${subject.write} in pod ${subject.pod}: ${delay}`, REPORT_WIDTH)),
		...paragraph(
			`${subject.object} was committed at ${commit} s of ${scenario}, variant ${subject.variant}, replication ${subject.replication}; volume ${subject.volume} on ${subject.node}. Times below are virtual seconds since that commit.`,
		).map(palette.dim),
		'',
	];
}

/**
 * The story as `secretsim explain` prints it.
 *
 * @param scenario name of the scenario.
 * @param reproduce the command that gives it again.
 */
export function storyText(story: Story, scenario: string, reproduce: string, palette: Palette): string {
	const lines = [
		...titleLines(story, scenario, palette),
		...foldedLines(story.lines).flatMap((line) => lineText(line, story.subject, palette)),
		'',
		heading(story.settled === null ? 'Why it did not arrive' : 'Why it took that long', palette),
		...paragraph(story.why, '  '),
		'',
		palette.dim('  K and A: sections of the rule book, docs/fidelity.md'),
		...command(reproduce).map(palette.dim),
	];
	return `${lines.join('\n')}\n`;
}
