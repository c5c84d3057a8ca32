// The JSON document of a result: keys always in the order of the published schema, whatever built the value, so that
// two runs can be compared byte by byte. It receives Results and gives exactly one document with a newline at its end.

import type { Results } from '../measure/result.js';
import { resultsSchema } from './result-schema.js';

/**
 * The document that `secretsim run -o json` prints.
 *
 * @throws Error when the results do not have the published shape; that is a defect of the program, not of its input.
 */
export function renderJson(results: Results): string {
	const parsed = resultsSchema.safeParse(results);
	if (!parsed.success) {
		const [first] = parsed.error.issues;
		throw new Error(
			`the result does not have its published shape at ${first?.path.map(String).join('.') ?? '?'}: ${first?.message ?? 'unknown'}`,
		);
	}
	return `${JSON.stringify(parsed.data, null, 2)}\n`;
}
