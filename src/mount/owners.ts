// Owners of files where they cannot be set: a kubelet is root and gives files away, the user of `mount` seldom is. A chown
// that is not permitted is told and left out, and the rest of the write goes on.

import { type FileSystem, FileSystemError, observeFileSystem } from '../projection/file-system.js';

/** EPERM: not root. EINVAL: root of a user namespace in which that id does not exist. */
const NOT_PERMITTED: readonly string[] = ['EPERM', 'EINVAL'];

/**
 * A port whose chown never stops a write.
 *
 * @param told of every chown that was left out.
 */
export function withoutOwners<C>(inner: FileSystem<C>, told: (error: FileSystemError) => void): FileSystem<C> {
	return {
		...observeFileSystem(inner, () => undefined),
		lchown: (path, uid, gid) => {
			try {
				inner.lchown(path, uid, gid);
			} catch (error) {
				if (!(error instanceof FileSystemError && NOT_PERMITTED.includes(error.code))) throw error;
				told(error);
			}
		},
	};
}
