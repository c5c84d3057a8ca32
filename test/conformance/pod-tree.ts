// The files of a pod's directory as the recorder's snapshots list them: volumes and subPath targets with types, modes, owners,
// link counts and contents. Timestamped directories have no names of their own here.

import * as fs from 'node:fs';
import { modeText, RecordedObject } from './recording.js';

const TIMESTAMPED = /\.\.\d{4}(_\d\d){5}\.\d+/g;

/** Below the volumes and the subPath targets; what lies above is the kubelet's business. */
function isInside(path: string): boolean {
	return /^volumes\/[^/]+\/[^/]+(\/|$)/.test(path) || /^volume-subpaths(\/|$)/.test(path);
}

/** The lines of a recorded snapshot. */
export function recordedTree(files: readonly unknown[]): string[] {
	const lines = files.flatMap((value) => {
		const file = new RecordedObject(value, 'file');
		const path = file.string('path');
		const parts = [file.string('type'), file.string('mode'), file.number('uid'), file.number('gid'), file.number('nlink')];
		const rest = file.optionalString('link') ?? file.optionalString('content') ?? '';
		file.number('inode');
		file.end();
		return isInside(path) ? [lineOf(path, parts, rest)] : [];
	});
	return lines.sort();
}

/** The same of a pod's directory here. */
export function treeOf(pod: string): string[] {
	const lines: string[] = [];
	const walk = (path: string): void => {
		const stats = fs.lstatSync(`${pod}/${path}`);
		// The recorder lists no directory that it cannot read: one that was deleted under its bind mount.
		if (stats.isDirectory() && stats.nlink === 0) return;
		const type = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'L' : '-';
		const rest = type === 'L' ? fs.readlinkSync(`${pod}/${path}`) : type === '-' ? fs.readFileSync(`${pod}/${path}`, 'utf8') : '';
		if (isInside(path)) lines.push(lineOf(path, [type, modeText(stats.mode & 0o7777), stats.uid, stats.gid, stats.nlink], rest));
		if (type === 'd') for (const name of fs.readdirSync(`${pod}/${path}`)) walk(`${path}/${name}`);
	};
	for (const top of ['volumes', 'volume-subpaths']) if (fs.existsSync(`${pod}/${top}`)) walk(top);
	return lines.sort();
}

function lineOf(path: string, parts: readonly (string | number)[], rest: string): string {
	return [path, ...parts, rest].join(' ').replace(TIMESTAMPED, '..TS');
}

/** Mount points below a pod, as `/proc/mounts` lists them, with the kind of file system. */
export function recordedMounts(lines: readonly string[]): string[] {
	return lines
		.map((line) => line.split(' ').slice(1, 3).join(' ').replace('<podDir>/', ''))
		.map(withoutDisk)
		.sort();
}

/** The same of a pod's directory here. */
export function mountsOf(pod: string): string[] {
	const lines = fs
		.readFileSync('/proc/self/mounts', 'utf8')
		.split('\n')
		.filter((line) => line.split(' ')[1]?.startsWith(`${pod}/`));
	return lines
		.map((line) => line.split(' ').slice(1, 3).join(' ').replace(`${pod}/`, ''))
		.map(withoutDisk)
		.sort();
}

/** A configMap volume lives on whatever disk the kubelet's directory is on. */
function withoutDisk(text: string): string {
	return text.startsWith('volume-subpaths/c/') ? (text.split(' ')[0] as string) : text;
}
