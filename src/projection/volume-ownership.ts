// What `securityContext.fsGroup` does to a volume: every entry gets the group, files and directories get extra mode bits.
// Receives the volume's root and the group; walks old and new timestamped directories alike. Follows
// pkg/volume/volume_linux.go (K7.4, K20.9).

import { type FileStatus, type FileSystem, FileSystemError } from './file-system.js';
import { joinPath } from './go-path.js';

/** `roMask`: bits for a volume that is mounted read-only, as all projected kinds are. */
export const READ_ONLY_MASK = 0o440;
/** `rwMask`: bits for the wrapped emptyDir, at its first mount. */
export const READ_WRITE_MASK = 0o660;
/** `execMask` and setgid, for directories. */
const DIRECTORY_MASK = 0o2110;

/**
 * `ChangePermissions`: gives a tree to a group. Errors of chown and chmod are only told, as the kubelet only logs them.
 *
 * @param fsGroup the group; undefined: nothing is done.
 * @param mask {@link READ_ONLY_MASK} or {@link READ_WRITE_MASK}.
 * @param ignored told of every chown or chmod that failed.
 * @throws FileSystemError when the tree cannot be walked.
 */
export function setVolumeOwnership<C>(
	fileSystem: FileSystem<C>,
	root: string,
	fsGroup: number | undefined,
	mask: number,
	ignored: (error: FileSystemError) => void,
): void {
	if (fsGroup === undefined) return;
	const change = (path: string, status: FileStatus): void => {
		tell(ignored, () => fileSystem.lchown(path, -1, fsGroup));
		// chmod would go through a link to the file behind it.
		if (status.kind === 'link') return;
		const bits = status.kind === 'directory' ? mask | DIRECTORY_MASK : mask;
		tell(ignored, () => fileSystem.chmod(path, status.mode | bits));
	};
	const visit = (path: string): void => {
		const status = fileSystem.lstat(path);
		if (status.kind === 'directory') for (const name of fileSystem.readdirInOrder(path)) visit(joinPath(path, name));
		change(path, status);
	};
	visit(root);
}

function tell(ignored: (error: FileSystemError) => void, body: () => void): void {
	try {
		body();
	} catch (error) {
		if (!(error instanceof FileSystemError)) throw error;
		ignored(error);
	}
}
