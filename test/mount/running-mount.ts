// A `secretsim mount` in this process, with streams of its own and the manifests that its tests share.

import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as assert from 'uvu/assert';
import { runMount } from '../../src/mount/mount-command.js';
import type { MountOptions, MountServices } from '../../src/mount/mount-options.js';

/** A Secret, a ConfigMap and a pod that shows both in many ways. */
export const MANIFESTS: string = `
apiVersion: v1
kind: Secret
metadata: { name: db }
stringData: { password: first, user: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { level: info }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - name: main
      image: example.invalid/web
      volumeMounts:
        - { name: db, mountPath: /etc/db }
        - { name: db, mountPath: /etc/password, subPath: password }
        - { name: all, mountPath: /etc/all }
        - { name: scratch, mountPath: /tmp }
  volumes:
    - { name: db, secret: { secretName: db, defaultMode: 0400 } }
    - name: all
      projected:
        sources:
          - secret: { name: db, items: [{ key: user, path: db/user }] }
          - configMap: { name: settings }
          - downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] }
          - configMap: { name: extra, optional: true }
    - { name: scratch, emptyDir: {} }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
`;

const SERVICES: MountServices = {
	loadScenario: () => Promise.reject(new Error('no scenario here')),
	engine: () => Promise.reject(new Error('no engine here')),
};

const started: Running[] = [];

/** Ends what a failed test has left running: the process would never end. */
export async function endRunning(): Promise<void> {
	for (const mount of started.splice(0)) await mount.quit().catch(() => 0);
}

/** A running mount in this process. */
export class Running {
	readonly #stdin = new PassThrough();
	readonly #stdout = new PassThrough();
	readonly #stderr = new PassThrough();
	readonly ended: Promise<number>;
	stdout = '';
	stderr = '';

	constructor(base: string, options: Partial<MountOptions> = {}, paths: readonly string[] = [join(base, 'app.yaml')]) {
		this.#stdout.on('data', (chunk) => {
			this.stdout += String(chunk);
		});
		this.#stderr.on('data', (chunk) => {
			this.stderr += String(chunk);
		});
		const defaults = {
			dir: join(base, 'v'),
			flat: false,
			backing: 'auto',
			keep: false,
			output: 'json',
			kubernetes: '1.36',
			watch: false,
		} as const;
		const rest = { replication: 0, speed: 1, from: 0 };
		const streams = { stdin: this.#stdin, stdout: this.#stdout, stderr: this.#stderr };
		this.ended = runMount(paths, { ...defaults, ...rest, ...options }, streams, SERVICES);
		started.push(this);
	}

	send(line: string): void {
		this.#stdin.write(`${line}\n`);
	}

	/** Waits until a condition holds. */
	async until(what: string, holds: () => boolean): Promise<void> {
		const failed = this.ended.then(
			() => new Error(`it ended before: ${what}\n${this.stdout}${this.stderr}`),
			(error: unknown) => error,
		);
		for (let i = 0; i < 1000 && !holds(); i++) {
			const error = await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 5))]);
			if (error !== undefined) throw error;
		}
		assert.ok(holds(), `${what}\n${this.stdout}${this.stderr}`);
	}

	async ready(): Promise<this> {
		await this.until('it is ready', () => this.stdout.includes('"event":"ready"'));
		return this;
	}

	async quit(): Promise<number> {
		this.send('quit');
		return this.ended;
	}

	events(kind: string): readonly Readonly<Record<string, unknown>>[] {
		return this.stdout
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
			.filter(({ event }) => event === kind);
	}
}

/** What a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return 'no error';
	} catch (error) {
		return (error as Error).message;
	}
}
