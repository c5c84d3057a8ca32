// How a container's subPath comes to be behind its mount point, two ways: with real bind mounts, as the kubelet and the
// runtime do it, and with the hard links of this project's own volumes, which need no root. The rules of the first are
// written down here from the rule book (K9.1, K9.2); the second is the code under test.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import type { LiveVolume } from '../../src/mount/live-volume.js';
import { SubPathError } from '../../src/mount/sub-path.js';

/** One subPath mount of a container. */
export interface BoundSubPath {
	readonly volume: LiveVolume;
	readonly volumeName: string;
	readonly container: string;
	/** Place in the container's list of mounts. */
	readonly index: number;
	readonly subPath: string;
	/** `volume-subpaths` of the pod. */
	readonly directory: string;
}

/** Binds a subPath. @returns the path at which the container sees it. @throws SubPathError as the kubelet's error. */
export type Binder = (mount: BoundSubPath) => string;

/** Hard links: what `secretsim/volume` and `secretsim mount` do. */
export const linkBinder: Binder = ({ volume, container, subPath, index }) => volume.subPath(container, subPath, index).target;

/** Runs a command of mount(8). */
export function mountCommand(command: 'mount' | 'umount', args: readonly string[]): boolean {
	return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** True when something is mounted at a path. */
function isMountPoint(path: string): boolean {
	return fs
		.readFileSync('/proc/self/mounts', 'utf8')
		.split('\n')
		.some((line) => line.split(' ')[1] === path);
}

/** Real bind mounts. */
export const bindBinder: Binder = ({ volume, volumeName, container, index, subPath, directory }) => {
	const failure = new SubPathError(`failed to prepare subPath for volumeMount "${volumeName}" of container "${container}"`);
	const wanted = `${volume.directory}/${subPath}`;
	// What does not exist, a dangling link counts, becomes a directory with the volume's mode.
	if (!fs.existsSync(wanted)) {
		fs.mkdirSync(wanted);
		fs.chmodSync(wanted, fs.statSync(volume.directory).mode & 0o7777);
	}
	const source = fs.realpathSync(wanted);
	const target = `${directory}/${volumeName}/${container}/${index}`;
	if (isMountPoint(target)) {
		const [mounted, resolved] = [fs.statSync(target), fs.statSync(source)];
		if (mounted.dev === resolved.dev && mounted.ino === resolved.ino) return target;
		if (!mountCommand('umount', [target])) throw new Error(`cannot unmount ${target}`);
	}
	fs.mkdirSync(target.slice(0, target.lastIndexOf('/')), { recursive: true, mode: 0o750 });
	if (fs.statSync(source).isDirectory()) {
		// A file in the way is not an error yet: the mount will fail on it.
		if (!fs.existsSync(target)) fs.mkdirSync(target, { mode: 0o750 });
	} else {
		// A directory in the way is one, before anything is armed that would clean it up.
		if (fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() === true) throw failure;
		fs.closeSync(fs.openSync(target, 'a', 0o640));
	}
	if (mountCommand('mount', ['--bind', source, target])) return target;
	fs.rmSync(target, { recursive: true });
	throw failure;
};
