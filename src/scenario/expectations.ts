// The lines of `expect` as the plan has them: metric paths that exist, variants that exist, bounds in the metric's unit.

import type { Expectation } from '../cluster/plan.js';
import { DurationError, parseDuration } from '../core/duration.js';
import { toSeconds } from '../core/time.js';
import { isTotal, METRICS, metricUnit } from '../measure/metrics.js';
import { didYouMean, listWords } from './closest-word.js';
import type { ProblemList } from './input-error.js';
import type { ScenarioExpectation } from './schema.js';
import { printPath, type SettingPath } from './setting-path.js';
import type { SourceValue } from './yaml-source.js';

/** How the metrics that choose by fields are written. */
const FAMILIES: readonly string[] = [
	'apiserver.requests.VERB[.resource][.rv=unset|0|set].perSecond, .peakPerSecond or .count',
	'kubelet.events.REASON.count',
	'byObject["Secret/default/db"].delaySeconds.p99',
	'byWorkload["Deployment/default/web"].delaySeconds.p99',
];

/** Reads all lines; those with a problem are left out. */
export function readExpectations(
	lines: readonly ScenarioExpectation[],
	scenario: SourceValue,
	variants: readonly string[],
	problems: ProblemList,
): Expectation[] {
	return lines.flatMap((line, index) => {
		const path: SettingPath = ['expect', index];
		const before = problems.problems.length;
		const unit = metricUnit(line.metric);
		if (unit === null) complainAboutMetric(line.metric, [...path, 'metric'], scenario, problems);
		const variant = line.where?.variant ?? null;
		if (variant !== null && !variants.includes(variant)) {
			problems.add(
				scenario.place([...path, 'where', 'variant']),
				'reference',
				`${printPath(path)}.where.variant: there is no such variant`,
				{
					found: JSON.stringify(variant),
					allowed: listWords(variants),
					suggestion: didYouMean(variant, variants),
				},
			);
		}
		if (line.min === undefined && line.max === undefined) {
			problems.add(scenario.place(path), 'missing', `${printPath(path)} has no bound`, { allowed: 'min, max or both' });
		}
		if (line.per !== undefined && unit !== null && !isTotal(line.metric)) {
			problems.add(scenario.place([...path, 'per']), 'value', `${printPath(path)}: ${line.metric} is not added up over replications`, {
				suggestion: 'leave per out',
			});
		}
		const isSeconds = unit === 's' || unit === null;
		const min = readBound(line.min, isSeconds, [...path, 'min'], scenario, problems);
		const max = readBound(line.max, isSeconds, [...path, 'max'], scenario, problems);
		if (min !== null && max !== null && min > max) {
			problems.add(scenario.place([...path, 'min']), 'value', `${printPath(path)}: its min is above its max`);
		}
		return problems.problems.length > before ? [] : [{ metric: line.metric, variant, ...perOf(line), min, max, text: textOf(line) }];
	});
}

function complainAboutMetric(metric: string, path: SettingPath, scenario: SourceValue, problems: ProblemList): void {
	const known = METRICS.map((candidate) => candidate.path);
	const isRequest = metric.startsWith('apiserver.requests');
	problems.add(scenario.place(path), 'reference', `${printPath(path)}: there is no such metric`, {
		found: JSON.stringify(metric),
		allowed: isRequest
			? (FAMILIES[0] as string)
			: `a JSON path below a variant of the result, for example ${known[0]}; ${FAMILIES.join('; ')}`,
		suggestion: isRequest ? null : didYouMean(metric, known),
	});
}

function readBound(
	bound: number | string | undefined,
	isSeconds: boolean,
	path: SettingPath,
	scenario: SourceValue,
	problems: ProblemList,
): number | null {
	if (bound === undefined) return null;
	if (typeof bound === 'number') return bound;
	if (!isSeconds) {
		problems.add(scenario.place(path), 'value', `${printPath(path)} must be a number, because the metric is not a time`, {
			found: JSON.stringify(bound),
		});
		return null;
	}
	try {
		return toSeconds(parseDuration(bound));
	} catch (error) {
		if (!(error instanceof DurationError)) throw error;
		problems.add(scenario.place(path), 'value', `${printPath(path)} is neither a number nor a duration`, {
			found: JSON.stringify(bound),
			suggestion: error.suggestion,
		});
		return null;
	}
}

function perOf({ per }: ScenarioExpectation): Pick<Expectation, 'per'> {
	return per === undefined ? {} : { per };
}

function textOf(line: ScenarioExpectation): string {
	const bounds = [];
	if (line.min !== undefined) bounds.push(`>= ${line.min}`);
	if (line.max !== undefined) bounds.push(`<= ${line.max}`);
	return `${bounds.join(' and ')}${line.per === undefined ? '' : ' per replication'}`;
}
