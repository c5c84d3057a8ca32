// What `secretsim explain` does: runs one replication of one variant with a listening sink and prints the story.

import type { Plan, VariantPlan } from '../cluster/plan.js';
import { explain } from '../explain/explain.js';
import type { Story } from '../explain/story.js';
import { paletteFor } from '../report/text-layout.js';
import { EXIT, UsageError } from './exit-code.js';
import type { ExplainOptions } from './explain-options.js';
import { settingWithoutSecret, shellWords } from './reproduce.js';
import type { Services } from './services.js';
import { storyText } from './story-text.js';
import { type System, wantsColor, writeText } from './system.js';

const MICROS_PER_SECOND = 1_000_000;

/** @throws UsageError when the plan has no such variant or replication. */
function chosenVariant(plan: Plan, options: ExplainOptions): VariantPlan {
	if (options.replication >= plan.replications) {
		throw new UsageError(`there is no replication ${options.replication}; they are numbered from 0 to ${plan.replications - 1}`);
	}
	const variant = options.variant === undefined ? plan.variants[0] : plan.variants.find((one) => one.name === options.variant);
	if (variant === undefined) {
		throw new UsageError(`there is no variant "${options.variant}"; there are ${plan.variants.map((one) => `"${one.name}"`).join(', ')}`);
	}
	return variant;
}

/** The command that tells the same story again, with what was left to a default filled in. */
function reproduceStory(file: string, options: ExplainOptions, { subject }: Story): string {
	const words = ['secretsim', 'explain', file, '--variant', subject.variant, '--write', String(subject.write), '--pod', subject.pod];
	if (options.replication !== 0) words.push('--replication', String(options.replication));
	if (options.seed !== undefined) words.push('--seed', String(options.seed));
	for (const setting of options.set ?? []) words.push('--set', settingWithoutSecret(setting));
	return shellWords(words);
}

/** The story as one JSON document; all times in virtual seconds. */
function storyJson(story: Story, scenario: string, command: string, version: string): string {
	const seconds = (micros: number): number => micros / MICROS_PER_SECOND;
	const { subject, settled, lines, parts, why } = story;
	const { committedAt, ...about } = subject;
	const document = {
		schema: 'secretsim.story/v1',
		program: { version, command },
		scenario,
		subject: { ...about, committedAtSeconds: seconds(committedAt) },
		settled: settled === null ? null : { outcome: settled.outcome, atSeconds: seconds(settled.at), delaySeconds: seconds(settled.delay) },
		lines: lines.map(({ at, ...line }) => ({ atSeconds: seconds(at), sinceCommitSeconds: seconds(at - committedAt), ...line })),
		parts: parts.map(({ what, micros }) => ({ what, seconds: seconds(micros) })),
		why,
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Explains one write in one volume.
 *
 * @returns the exit code.
 * @throws InputError, UsageError, NoSubjectError: wrong input.
 */
export async function explainScenario(file: string, options: ExplainOptions, system: System, services: Services): Promise<number> {
	const plan = await services.loadScenario(file, {
		...(options.seed === undefined ? {} : { seed: options.seed }),
		...(options.set === undefined ? {} : { set: options.set }),
	});
	const variant = chosenVariant(plan, options);
	const engine = await services.engine();
	const story = explain(
		(trace) => void engine.simulate(plan, { variants: [variant.name], replications: [options.replication], trace }),
		{
			variant: variant.name,
			replication: options.replication,
			write: options.write ?? null,
			pod: options.pod ?? null,
			measuredFrom: variant.warmUp,
		},
		variant.cluster.kubelet.configMapAndSecretChangeDetectionStrategy,
	);
	const reproduce = reproduceStory(file, options, story);
	const text =
		options.output === 'json'
			? storyJson(story, plan.scenario.name, reproduce, services.version())
			: storyText(story, plan.scenario.name, reproduce, paletteFor(wantsColor(system.stdout, system.env, options.color)));
	await writeText(system.stdout, text);
	return EXIT.done;
}
