// The entry `secretsim/node`: what needs files. Reads scenarios and manifests into plans, which the pure entry simulates.

export { type InitSettings, initScenario } from './scenario/init.js';
export { INPUT_EXIT_CODE, InputError, type InputProblem, type InputProblemKind, type Place } from './scenario/input-error.js';
export { filesInMemory, type InputFiles } from './scenario/input-files.js';
export { type Json, scenarioJsonSchema, scenarioJsonSchemaText } from './scenario/json-schema.js';
export { loadScenario } from './scenario/load.js';
export type { PlanOptions } from './scenario/plan-builder.js';
