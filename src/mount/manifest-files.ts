// The files that `mount` reads manifests from: those of the machine, without the volumes that it makes. `mount . --dir ./v`
// is a natural thing to type, and a key called application.yaml is a file of the volume, not a manifest.

import { resolve } from 'node:path';
import type { InputFiles } from '../scenario/input-files.js';
import { nodeFiles } from '../scenario/node-files.js';
import { publishedVersion } from './volume-link.js';

/** Files of the machine without `directory` and without every folder that is a volume (it has a `..data`). */
export function filesBeside(directory: string): InputFiles {
	const own = resolve(directory);
	return {
		...nodeFiles,
		kindOf: (path) => {
			const kind = nodeFiles.kindOf(path);
			return kind === 'folder' && (resolve(path) === own || publishedVersion(path) !== null) ? null : kind;
		},
	};
}
