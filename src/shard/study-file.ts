// A study as one file: a plan with placeholders for everything that belongs to a Secret, and the command that it stands for.
// `secretsim shard` writes it for the pods of a Job, which have neither the scenario nor the manifests; `secretsim run`
// takes it in their place and gives the same bytes.

import { gunzipSync, gzipSync } from 'node:zlib';
import type { Plan } from '../cluster/plan.js';
import { withPlaceholders } from '../scenario/placeholders.js';
import { digestOf } from '../scenario/plan-value.js';
import { planLines, planOfLines } from './plan-text.js';
import { ShardFileError } from './shard-file-error.js';

const SCHEMA = 'secretsim.study/v1';
/** Ending of the file's parts; a number stands before it. */
const PART_NAME = /^study-\d{3}\.part$/;

/** A plan and where it comes from. */
export interface Study {
	readonly plan: Plan;
	/** The command line of the single run whose bytes this study gives. */
	readonly command: string;
	/** Version of the program that resolved the scenario. */
	readonly version: string;
}

interface StudyHeader {
	readonly schema: string;
	readonly program: { readonly version: string };
	readonly command: string;
}

/** A file of the name `study-000.part` and so on for each stretch of bytes. */
export interface StudyPart {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** The bytes of a study: gzip of a header line and the plan's lines. */
export function studyBytes({ plan, command, version }: Study): Uint8Array {
	const header: StudyHeader = { schema: SCHEMA, program: { version }, command };
	return gzipSync([JSON.stringify(header), ...planLines(withPlaceholders(plan))].join('\n'));
}

/** Bytes in parts that each fit into a ConfigMap. @param size bytes of a part. */
export function studyParts(bytes: Uint8Array, size: number): StudyPart[] {
	return Array.from({ length: Math.ceil(bytes.length / size) }, (_, place) => ({
		name: `study-${String(place).padStart(3, '0')}.part`,
		bytes: bytes.subarray(place * size, (place + 1) * size),
	}));
}

/** Whether a file of a folder is a part of a study. */
export function isStudyPart(name: string): boolean {
	return PART_NAME.test(name);
}

/**
 * Reads a study.
 *
 * @param bytes all parts, in the order of their names.
 * @param path of messages.
 * @param version of this program: another one may resolve or simulate a scenario differently.
 * @throws ShardFileError when the bytes are no study, not whole, changed or of another version.
 */
export function readStudy(bytes: Uint8Array, path: string, version: string): Study {
	const [first, ...lines] = studyLines(bytes, path);
	const header = parsedHeader(first ?? '', path);
	if (header.program.version !== version) {
		throw new ShardFileError(
			`${path} was made by secretsim ${header.program.version}, this is ${version}; make it anew with secretsim shard`,
		);
	}
	let plan: Plan;
	try {
		plan = planOfLines(lines);
	} catch (error) {
		throw new ShardFileError(`${path} is not whole: ${(error as Error).message}`);
	}
	const { digest, ...rest } = plan;
	if (digestOf(rest) !== digest)
		throw new ShardFileError(`${path} was changed after it was made: its plan has another digest than it says`);
	return { plan, command: header.command, version };
}

function studyLines(bytes: Uint8Array, path: string): string[] {
	try {
		return gunzipSync(bytes).toString('utf8').split('\n');
	} catch (error) {
		throw new ShardFileError(`${path} is no study, or a part of it is missing: ${(error as Error).message}`);
	}
}

function parsedHeader(line: string, path: string): StudyHeader {
	try {
		const header = JSON.parse(line) as Partial<StudyHeader> | null;
		if (header?.schema === SCHEMA && header.program !== undefined && header.command !== undefined) return header as StudyHeader;
	} catch {
		// Told below: what stands there is not quoted.
	}
	throw new ShardFileError(`${path} is no ${SCHEMA}`);
}
