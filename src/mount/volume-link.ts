// What makes a directory a volume, seen from outside: the link `..data`, whoever made it.

import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_LINK } from '../projection/atomic-writer.js';

/** Name of the timestamped directory that a volume publishes; null when the directory is no volume, or cannot be read. */
export function publishedVersion(directory: string): string | null {
	try {
		return readlinkSync(join(directory, DATA_LINK));
	} catch {
		return null;
	}
}
