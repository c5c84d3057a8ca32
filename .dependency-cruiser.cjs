// The layers of docs/architecture.md as rules. Imports point one way:
// core <- kubernetes <- apiserver <- projection <- kubelet <- cluster, with measure's types beside them. The pure layers run in a
// browser as they are, so they import no node: module and no npm package; files, processes, YAML and logging live at the edge.

/** Folders whose code is a pure function of its arguments. `projection/adapters` is the edge of projection. */
const PURE = '^src/(core|kubernetes|apiserver|kubelet|projection|cluster|measure|analytic)/|^src/index[.]ts$';
const ADAPTERS = '^src/projection/adapters/';

/** What each folder of src may import from src, besides itself. */
const MAY_IMPORT = {
	core: [],
	kubernetes: ['core'],
	apiserver: ['core', 'kubernetes'],
	measure: ['core', 'kubernetes', 'apiserver'],
	projection: ['core', 'kubernetes', 'apiserver'],
	kubelet: ['core', 'kubernetes', 'apiserver', 'projection', 'measure'],
	cluster: ['core', 'kubernetes', 'apiserver', 'projection', 'kubelet', 'measure'],
	analytic: ['core'],
	scenario: ['core', 'kubernetes', 'cluster', 'measure'],
	explain: ['core', 'kubernetes', 'cluster', 'measure', 'analytic'],
	report: ['core', 'measure', 'analytic'],
	mount: ['core', 'kubernetes', 'apiserver', 'projection', 'cluster', 'measure', 'scenario'],
	observe: ['core', 'projection', 'mount'],
	tune: ['core', 'kubernetes', 'cluster', 'measure', 'analytic', 'scenario'],
	shard: ['core', 'kubernetes', 'cluster', 'measure', 'scenario'],
	serve: [
		'core',
		'kubernetes',
		'apiserver',
		'projection',
		'kubelet',
		'cluster',
		'measure',
		'analytic',
		'explain',
		'report',
		'scenario',
		'mount',
	],
};

const layerRules = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
	name: `layer-${folder}`,
	comment: `src/${folder} may import from src only: ${[folder, ...allowed].join(', ')}.`,
	severity: 'error',
	from: { path: `^src/${folder}/` },
	to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
	forbidden: [
		...layerRules,
		{
			name: 'pure-no-node',
			comment: 'A pure layer imports no module of Node: it must run in a browser.',
			severity: 'error',
			from: { path: PURE, pathNot: ADAPTERS },
			to: { dependencyTypes: ['core'] },
		},
		{
			name: 'pure-no-npm',
			comment: 'A pure layer imports no npm package: the model is this repository, whole.',
			severity: 'error',
			from: { path: PURE, pathNot: ADAPTERS },
			to: { path: 'node_modules/', dependencyTypesNot: ['core'] },
		},
		{
			name: 'pure-no-adapter',
			comment: 'The pure part of projection does not know its adapters; the edge picks one.',
			severity: 'error',
			from: { path: PURE, pathNot: ADAPTERS },
			to: { path: ADAPTERS },
		},
		{
			name: 'pure-entry',
			comment: 'src/index.ts is the pure entry: it exports from the pure layers only.',
			severity: 'error',
			from: { path: '^src/index[.]ts$' },
			to: { pathNot: '^src/(core|kubernetes|apiserver|kubelet|projection|cluster|measure|analytic)/' },
		},
		{
			name: 'nobody-imports-the-command-line',
			comment: 'src/cli is the outermost layer: only its own files import it.',
			severity: 'error',
			from: { path: '^src/', pathNot: '^src/cli/' },
			to: { path: '^src/cli/' },
		},
		{
			name: 'program-does-not-import-tests',
			comment: 'src is shipped, test and bench are not.',
			severity: 'error',
			from: { path: '^src/' },
			to: { path: '^(test|bench)/' },
		},
		{
			name: 'no-cycles',
			comment: 'A cycle means two files are one concept. Imports of types alone vanish in the compiled program and do not close one.',
			severity: 'error',
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
		},
		{
			name: 'no-unresolvable',
			comment: 'Every import leads to a file.',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true },
		},
		{
			name: 'no-development-package-in-the-program',
			comment: 'What src imports must be among dependencies: users do not install devDependencies.',
			severity: 'error',
			from: { path: '^src/' },
			to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
		},
		{
			name: 'no-orphans',
			comment:
				'A file that nothing imports is dead, unless it is an entry point, a worker, or the test statistic that the laws are tested with.',
			severity: 'error',
			from: {
				orphan: true,
				path: '^src/',
				pathNot: '^src/(index|node|volume)[.]ts$|^src/cli/main[.]ts$|worker[.]ts$|^src/core/kolmogorov-smirnov[.]ts$',
			},
			to: {},
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.json' },
		combinedDependencies: false,
		enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
	},
};
