// What `secretsim mount` does: makes the volumes of one pod as real directories, keeps them up to date on command, and takes
// them away in the end. Receives parsed options and streams, so that a test can run it without a process of its own.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { MILLISECOND } from '../core/time.js';
import { profileOf } from '../kubernetes/versions.js';
import { nodeFiles } from '../scenario/node-files.js';
import { InputError } from './input-error.js';
import { LiveObjects } from './live-objects.js';
import { watchManifests } from './manifest-watch.js';
import { type EventTime, eventJson, eventText, type MountEvent } from './mount-events.js';
import { type MountLayout, openLayout } from './mount-layout.js';
import type { MountOptions, MountServices, MountSystem } from './mount-options.js';
import { MountSession, parseSetting, type TimedChange } from './mount-session.js';
import { containersOf, hasSubPaths, isProjected, MountedPod, madeNames } from './mounted-pod.js';
import { type ChosenPod, choosePod, readPaths } from './pod-choice.js';

/** Tells an event in the chosen form. */
export type Teller = (event: MountEvent, virtualSeconds?: number) => void;

/** A teller that writes lines to a stream. */
export function tellerFor(system: MountSystem, output: MountOptions['output']): Teller {
	const started = performance.now();
	return (event, virtualSeconds = (performance.now() - started) / 1000) => {
		const time: EventTime = { wall: Date.now(), virtualSeconds };
		system.stdout.write(`${output === 'json' ? eventJson(event, time) : eventText(event, time)}\n`);
	};
}

/** Opens the directories of a pod. @throws InputError when they cannot be used or the pod has nothing to mount. */
export function layoutFor({ workload }: Pick<ChosenPod, 'workload'>, options: MountOptions): MountLayout {
	const { spec } = workload.template;
	const volumes = madeNames(spec);
	if (volumes.length === 0) throw new InputError(`${workload.name} has no volume of a Secret, a ConfigMap or the downward API`);
	if (options.flat && volumes.length > 1) {
		throw new InputError(`--flat takes a pod with one volume; ${workload.name} has ${volumes.map(({ name }) => name).join(', ')}`);
	}
	const backing = options.backing === 'auto' || options.backing === 'here' ? options.backing : { below: options.backing };
	return openLayout({ directory: options.dir, flat: options.flat, backing, volumes, subPaths: hasSubPaths(spec), keep: options.keep });
}

/** Says what of a pod is not mounted, and why. */
export function warnOfGaps({ workload }: Pick<ChosenPod, 'workload'>, tell: Teller): void {
	const { spec } = workload.template;
	for (const volume of spec.volumes) {
		if (!isProjected(volume))
			tell({
				event: 'warning',
				message: `volume ${volume.name} (${volume.other ?? 'no source'}) is not made: the kubelet does not write its files`,
			});
		if (volume.projected?.sources.some((source) => source.serviceAccountToken)) {
			tell({ event: 'warning', message: `volume ${volume.name}: its service account token is a placeholder, no API server accepts it` });
		}
	}
	for (const container of containersOf(spec)) {
		for (const { subPathExpr, mountPath } of container.volumeMounts) {
			if (subPathExpr?.includes('$')) {
				tell({
					event: 'warning',
					message: `container ${container.name}: ${mountPath} is not made, its subPathExpr needs the container's environment`,
				});
			}
		}
	}
}

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
	if (paths.length === 0) throw new InputError('mount needs manifests, or a scenario with --scenario');
	if ((options.set ?? []).length > 0 && options.every === undefined)
		throw new InputError('--set needs --every: how often the values are set');
	const manifests = readPaths(nodeFiles, paths);
	const chosen = choosePod(
		manifests.workloads.map(({ item }) => item),
		options.pod,
	);
	const tell = tellerFor(system, options.output);
	const { namespace } = chosen.workload;
	const objects = new LiveObjects(profileOf(options.kubernetes), namespace);
	for (const { item } of manifests.objects) {
		const result = objects.put(item);
		if (result.kind === 'refused') tell({ event: 'refused', object: result.object, message: result.message });
	}
	const settings = (options.set ?? []).map((text) => parseSetting(objects, text));
	const layout = layoutFor(chosen, options);
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
		const session = new MountSession(pod, objects, layout, tell, (line) => void system.stderr.write(`${line}\n`));
		const ready: MountEvent = {
			event: 'ready',
			pod: `${namespace}/${chosen.podName}`,
			directory: options.dir,
			volumes: pod.volumes.map(({ volume }) => volume.name),
			missing: pod.missing,
		};
		const objectsRead = manifests.objects.map(({ item }) => item);
		await untilTheEnd({ session, settings, paths, objectsRead, options, system, tell, ready });
	} finally {
		sayWhatIsLeft(layout, options, system);
	}
	return 0;
}

/** Closes the directories and says what stays. */
export function sayWhatIsLeft(layout: MountLayout, { keep, dir }: MountOptions, { stderr }: MountSystem): void {
	const left = layout.close();
	if (keep) stderr.write(`kept ${dir}; nothing cleans it up from now on\n`);
	for (const path of left) stderr.write(`left ${path}: it was not made by secretsim\n`);
}

interface Service {
	readonly session: MountSession;
	readonly settings: readonly TimedChange[];
	readonly paths: readonly string[];
	readonly objectsRead: Parameters<typeof watchManifests>[2];
	readonly options: MountOptions;
	readonly system: MountSystem;
	readonly tell: Teller;
	/** Told when everything is listening. */
	readonly ready: MountEvent;
}

/** Serves files, timer and standard input until `quit` or the end of `--duration`. */
async function untilTheEnd({ session, settings, paths, objectsRead, options, system, tell, ready }: Service): Promise<void> {
	const watching = options.watch
		? await watchManifests(
				nodeFiles,
				paths,
				objectsRead,
				(changes) => session.applyManifests(changes),
				(message) => tell({ event: 'warning', message: `the manifests stay as they were: ${message}` }),
			)
		: null;
	tell(ready);
	let firings = 0;
	const timer =
		options.every === undefined ? undefined : setInterval(() => session.applySettings(settings, ++firings), options.every / MILLISECOND);
	const lines = createInterface({ input: system.stdin, terminal: false });
	let ending: NodeJS.Timeout | undefined;
	try {
		await new Promise<void>((resolve) => {
			lines.on('line', (line) => {
				if (!session.command(line)) resolve();
			});
			if (options.duration !== undefined) ending = setTimeout(resolve, options.duration / MILLISECOND);
		});
	} finally {
		clearTimeout(ending);
		clearInterval(timer);
		lines.close();
		system.stdin.pause();
		await watching?.close();
	}
}
