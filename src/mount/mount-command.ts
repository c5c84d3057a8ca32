// What `secretsim mount` does: makes the volumes of one pod as real directories, keeps them up to date on command, and takes
// them away in the end. Receives parsed options and streams, so that a test can run it without a process of its own.

import process from 'node:process';
import { createInterface } from 'node:readline';
import { MILLISECOND } from '../core/time.js';
import type { Workload } from '../kubernetes/objects.js';
import { profileOf } from '../kubernetes/versions.js';
import { InputError } from './input-error.js';
import { LiveObjects } from './live-objects.js';
import { filesBeside } from './manifest-files.js';
import { type ManifestWatchOptions, watchManifests } from './manifest-watch.js';
import { type MountEvent, type Teller, tellerFor } from './mount-events.js';
import type { MountOptions, MountServices, MountSystem } from './mount-options.js';
import { MountSession, parseSetting, type TimedChange } from './mount-session.js';
import { MountedPod } from './mounted-pod.js';
import { choosePod, readPaths } from './pod-choice.js';
import { layoutFor, warnOfGaps } from './pod-directories.js';
import { LONGEST_TIMER_MS } from './timer-limit.js';

/** What is said of a manifest that mount does not follow: a kubelet never changes the volumes of a pod, a new pod has new ones. */
const POD_CHANGED = 'the manifest of the pod has changed: a cluster would make a new pod; start mount again to have its volumes';
const POD_GONE = 'the manifest of the pod is gone: its volumes stay until mount ends';

/**
 * Runs the command until it is told to end.
 *
 * @param paths manifest files and folders.
 * @returns the exit code.
 * @throws InputError for options, manifests or a directory that cannot be used.
 */
export async function runMount(
	paths: readonly string[],
	options: MountOptions,
	system: MountSystem,
	services: MountServices,
): Promise<number> {
	if (options.scenario !== undefined) {
		const { playScenario } = await import('./scenario-playback.js');
		return playScenario(options.scenario, paths, options, system, services);
	}
	checkOptions(paths, options);
	const manifests = readPaths(filesBeside(options.dir), paths);
	const chosen = choosePod(
		manifests.workloads.map(({ item }) => item),
		options.pod,
	);
	const tell = tellerFor(system.stdout, options.output);
	const { namespace } = chosen.workload;
	for (const message of manifests.warnings) tell({ event: 'warning', message });
	const objects = new LiveObjects(profileOf(options.kubernetes), namespace);
	for (const { item } of manifests.objects) {
		const result = objects.put(item);
		if (result.kind === 'refused') tell({ event: 'refused', object: result.object, message: result.message });
	}
	const settings = (options.set ?? []).map((text) => parseSetting(objects, text));
	const layout = layoutFor(chosen, options, system);
	try {
		for (const message of layout.messages) tell({ event: 'warning', message });
		warnOfGaps(chosen, tell);
		const pod = new MountedPod({
			...chosen,
			layout,
			behaviour: profileOf(options.kubernetes),
			read: (kind, name) => objects.read({ kind, namespace, name }),
			tell,
			now: Date.now,
			seed: process.pid,
		});
		system.stderr.write(`${layout.description}\n`);
		pod.refresh();
		const ready = (): MountEvent => ({
			event: 'ready',
			pod: `${namespace}/${chosen.podName}`,
			directory: options.dir,
			volumes: pod.volumes.map(({ volume }) => volume.name),
			missing: pod.missing,
			bytes: layout.bytes,
		});
		const session = new MountSession({ pod, objects, layout, tell, ready, say: (line) => void system.stderr.write(`${line}\n`) });
		const objectsRead = manifests.objects.map(({ item }) => item);
		await untilTheEnd({ session, settings, paths, objectsRead, workload: chosen.workload, options, system, tell, ready: ready() });
	} finally {
		layout.close();
	}
	return 0;
}

/** @throws InputError for options that do not go together. */
function checkOptions(paths: readonly string[], { every, set = [], duration, ...options }: MountOptions): void {
	if (paths.length === 0) throw new InputError('mount needs manifests, or a scenario with --scenario');
	if (set.length > 0 && every === undefined) throw new InputError('--set needs --every: how often the values are set');
	if (every !== undefined && set.length === 0)
		throw new InputError("--every needs --set: what is set, for example --set 'Secret/db.password={{ random 16 }}'");
	const lonely = [
		['--variant', options.variant !== undefined],
		['--replication', options.replication !== 0],
		['--seed', options.seed !== undefined],
		['--speed', options.speed !== 1],
		['--from', options.from !== 0],
	] as const;
	for (const [option, isGiven] of lonely) if (isGiven) throw new InputError(`${option} goes with --scenario, not with manifests`);
	for (const [option, time = 0] of [
		['--every', every],
		['--duration', duration],
	] as const) {
		if (time / MILLISECOND > LONGEST_TIMER_MS) throw new InputError(`${option} takes at most 24 days`);
	}
}

interface Service {
	readonly session: MountSession;
	readonly settings: readonly TimedChange[];
	readonly paths: readonly string[];
	readonly objectsRead: ManifestWatchOptions['objects'];
	readonly workload: Workload;
	readonly options: MountOptions;
	readonly system: MountSystem;
	readonly tell: Teller;
	/** Told when everything is listening. */
	readonly ready: MountEvent;
}

/** Serves files, timer and standard input until `quit` or the end of `--duration`. */
async function untilTheEnd({ session, settings, paths, objectsRead, workload, options, system, tell, ready }: Service): Promise<void> {
	const watching = options.watch
		? await watchManifests({
				files: filesBeside(options.dir),
				paths,
				objects: objectsRead,
				workload,
				hidden: options.dir,
				changed: (changes) => session.applyManifests(changes),
				podChanged: (gone) => tell({ event: 'warning', message: gone ? POD_GONE : POD_CHANGED }),
				problem: (message) => tell({ event: 'warning', message: `the manifests stay as they were: ${message}` }),
			})
		: null;
	tell(ready);
	let firings = 0;
	const timer =
		options.every === undefined ? undefined : setInterval(() => session.applySettings(settings, ++firings), options.every / MILLISECOND);
	const lines = createInterface({ input: system.stdin, terminal: false });
	let ending: NodeJS.Timeout | undefined;
	// Standard input may be at its end and nothing be watched: the volumes stay all the same, until the time is over or a signal comes.
	const staying = setInterval(() => {}, LONGEST_TIMER_MS);
	try {
		await new Promise<void>((resolve) => {
			lines.on('line', (line) => {
				if (!session.command(line)) resolve();
			});
			if (options.duration !== undefined) ending = setTimeout(resolve, options.duration / MILLISECOND);
		});
	} finally {
		clearInterval(staying);
		clearTimeout(ending);
		clearInterval(timer);
		lines.close();
		system.stdin.pause();
		await watching?.close();
	}
}
