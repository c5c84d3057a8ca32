// Settings from outside of the file: `--set PATH=VALUE`, and the matrix, whose every combination of values is a variant.
// Takes the scenario as it was read, gives one layered value per variant with its name.

import { type Place, ProblemList } from './input-error.js';
import { type LayeredValue, partOf, SettingError, valueAtPlace } from './layered-value.js';
import { parsePath, printPath, type SettingPath, SettingPathError, startsWithPath } from './setting-path.js';
import { readYaml, type SourceValue, settingPlace, valueAt } from './yaml-source.js';

/** Most variants of one scenario: beyond, a matrix is a mistake or a job for `tune`. */
const MOST_VARIANTS = 10_000;
/** Longest value that becomes part of a variant's name. */
const LONGEST_NAME_PART = 40;

const STRATEGY_FIELD = 'configMapAndSecretChangeDetectionStrategy';

/** One `--set`, or one value of the matrix. */
export interface Setting {
	readonly path: SettingPath;
	readonly source: SourceValue;
	/** Where the path is written. */
	readonly named: Place;
}

/** One point of the matrix. */
export interface VariantSettings {
	readonly settings: readonly Setting[];
	/** Null: the matrix does not tell variants apart. */
	readonly name: string | null;
}

/** Reads `PATH=VALUE` texts; the value is YAML, `null` takes a setting back to its default. */
export function readSettings(texts: readonly string[], problems: ProblemList): Setting[] {
	const settings: Setting[] = [];
	for (const text of texts) {
		const equals = endOfPath(text);
		const place = { file: `--set ${equals < 0 ? text : text.slice(0, equals)}`, line: 0, column: 0 };
		if (equals < 0) {
			problems.add(place, 'value', 'a setting is PATH=VALUE', { suggestion: 'for example cluster.kubelet.syncFrequency=10s' });
			continue;
		}
		try {
			const path = parsePath(text.slice(0, equals));
			const named = settingPlace(path);
			settings.push({ path, named, source: valueAtPlace(readValue(text.slice(equals + 1), path, problems), named) });
		} catch (error) {
			if (!(error instanceof SettingPathError)) throw error;
			problems.add(place, 'value', error.message);
		}
	}
	return settings;
}

/** Where the path of a `PATH=VALUE` text ends: at the first `=` outside of quotes. */
function endOfPath(text: string): number {
	let quote = '';
	for (const [at, character] of [...text].entries()) {
		if (quote === '' && character === '=') return at;
		if (quote === '' && (character === '"' || character === "'")) quote = character;
		else if (character === quote) quote = '';
	}
	return -1;
}

function readValue(text: string, path: SettingPath, problems: ProblemList): unknown {
	// A version such as 1.30 would be the number 1.3.
	if (path.length === 1 && path[0] === 'kubernetes') return text.replace(/^(["'])(.*)\1$/, '$2');
	const own = new ProblemList();
	const [document] = readYaml('', text, own);
	for (const problem of own.problems) problems.add(settingPlace(path), 'syntax', problem.message);
	return document === undefined ? resetsOf(path) : document.value;
}

/** What null means at a path: inside of an action's data it removes a key there, everywhere else the setting itself. */
function resetsOf(path: SettingPath): null | undefined {
	return path[0] === 'actions' && path.length > 3 ? null : undefined;
}

/** Lays settings over a value; what does not fit is reported at the setting. */
export function applySettings(scenario: LayeredValue, settings: readonly Setting[], problems: ProblemList): LayeredValue {
	let layered = scenario;
	for (const { path, source, named } of settings) {
		const value = source.value === null ? resetsOf(path) : source.value;
		try {
			layered = layered.with(path, { value, place: (inner, of) => source.place(inner, of) }, named);
		} catch (error) {
			if (!(error instanceof SettingError)) throw error;
			problems.add(named, 'reference', `${printPath(path)} cannot be set: ${error.message}`);
		}
	}
	return layered;
}

interface Axis {
	readonly path: SettingPath;
	readonly text: string;
	readonly named: Place;
	readonly values: readonly SourceValue[];
}

/**
 * The variants of a scenario.
 *
 * @param fixed settings of the command line; an axis that one of them covers is left out.
 */
export function readMatrix(scenario: SourceValue, fixed: readonly Setting[], problems: ProblemList): VariantSettings[] {
	const matrix = (valueAt(scenario.value, ['matrix']) ?? {}) as Readonly<Record<string, readonly unknown[]>>;
	const axes = Object.keys(matrix)
		.map((text) => readAxis(scenario, text, matrix[text] as readonly unknown[], problems))
		.filter((axis) => axis !== null)
		.filter((axis) => !fixed.some((setting) => startsWithPath(axis.path, setting.path)));
	const count = axes.reduce((product, axis) => product * axis.values.length, 1);
	if (count > MOST_VARIANTS) {
		problems.add(scenario.place(['matrix'], 'key'), 'value', `the matrix has ${count} variants`, { allowed: `at most ${MOST_VARIANTS}` });
		return [];
	}
	return combinations(axes);
}

function readAxis(scenario: SourceValue, text: string, values: readonly unknown[], problems: ProblemList): Axis | null {
	const place = scenario.place(['matrix', text], 'key');
	let path: SettingPath;
	try {
		path = parsePath(text);
	} catch (error) {
		if (!(error instanceof SettingPathError)) throw error;
		problems.add(place, 'value', error.message, { suggestion: 'for example cluster.kubelet.syncFrequency' });
		return null;
	}
	if (
		path[0] === 'matrix' ||
		path[0] === 'apiVersion' ||
		path[0] === 'kind' ||
		path[0] === 'expect' ||
		path[0] === 'seed' ||
		path[0] === 'replications' ||
		path[0] === 'exactSamples'
	) {
		problems.add(place, 'value', `${path[0]} belongs to the whole scenario and cannot be part of the matrix`);
		return null;
	}
	if (values.length === 0) {
		problems.add(place, 'value', `matrix[${JSON.stringify(text)}] has no values`);
		return null;
	}
	const seen = new Set<string>();
	for (const [index, value] of values.entries()) {
		const json = JSON.stringify(value);
		if (seen.has(json))
			problems.add(scenario.place(['matrix', text, index]), 'duplicate', `the value ${json} stands twice in this axis of the matrix`);
		seen.add(json);
	}
	return { path, text, named: place, values: values.map((_, index) => partOf(scenario, ['matrix', text, index])) };
}

function combinations(axes: readonly Axis[]): VariantSettings[] {
	const differing = axes.filter((axis) => axis.values.length > 1);
	const labels = labelsOf(differing);
	let variants: { settings: Setting[]; names: string[] }[] = [{ settings: [], names: [] }];
	for (const axis of axes) {
		variants = variants.flatMap(({ settings, names }) =>
			axis.values.map((source, index) => {
				const label = labels.get(axis);
				const name = label === undefined ? [] : [partOfName(label, source.value, index)];
				return { settings: [...settings, { path: axis.path, source, named: axis.named }], names: [...names, ...name] };
			}),
		);
	}
	return variants.map(({ settings, names }) => ({ settings, name: names.length === 0 ? null : names.join(', ') }));
}

/** What an axis is called in names: the last part of its path, the whole path where two axes end alike, nothing for the strategy. */
function labelsOf(axes: readonly Axis[]): Map<Axis, string> {
	const last = (axis: Axis): string => String(axis.path.at(-1));
	return new Map(
		axes.map((axis) => {
			if (last(axis) === STRATEGY_FIELD) return [axis, ''];
			return [axis, axes.some((other) => other !== axis && last(other) === last(axis)) ? axis.text : last(axis)];
		}),
	);
}

function partOfName(label: string, value: unknown, index: number): string {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const short = text.length > LONGEST_NAME_PART ? `#${index + 1}` : text;
	return label === '' ? short : `${label}=${short}`;
}
