// The command line as a whole: its commands, and the one place where an error becomes an exit code. Commands load what
// they need only when they run, so that `--help` answers at once.

import { Command, CommanderError } from 'commander';
import { completionCommand } from './completion-command.js';
import { EXIT, failureOf } from './exit-code.js';
import { explainCommand } from './explain-command.js';
import { initCommand } from './init-command.js';
import { mergeCommand } from './merge-command.js';
import { mountCommand } from './mount-command.js';
import { observeCommand } from './observe-command.js';
import { runCommand } from './run-command.js';
import { schemaCommand } from './schema-command.js';
import type { Services } from './services.js';
import { shardCommand } from './shard-command.js';
import type { System } from './system.js';
import { validateCommand } from './validate-command.js';

const INTRODUCTION = `Simulates how a change of a Kubernetes Secret or ConfigMap reaches the files of
running pods under Watch, Cache and Get, and what it costs the API server.`;

const AFTER = `
Start here:
  $ secretsim run scenarios/rotate-database-password.yaml
  $ secretsim explain scenarios/rotate-database-password.yaml --variant Watch

Results go to stdout; progress, diagnostics and errors to stderr. Times in
results are virtual. Every number is a function of the scenario and its seed.`;

/** Makes commander throw instead of ending the process, and write to the system's streams. */
function prepare(command: Command, system: System): void {
	command
		.exitOverride()
		.showSuggestionAfterError()
		.configureOutput({
			writeOut: (text) => system.stdout.write(text),
			writeErr: (text) => system.stderr.write(text),
			outputError: (text, write) => write(`secretsim: ${text.replace(/^error: /, '')}`),
			getOutHelpWidth: () => 80,
			getErrHelpWidth: () => 80,
			getOutHasColors: () => false,
			getErrHasColors: () => false,
		})
		.configureHelp({ sortOptions: false });
	const path = command.parent === null ? '' : ` ${command.name()}`;
	command.showHelpAfterError(`Try: secretsim${path} --help`);
	for (const child of command.commands) prepare(child, system);
}

/** The whole program; `done` receives the exit code of the command that ran. */
export function secretsimProgram(system: System, services: Services, done: (exitCode: number) => void): Command {
	const program = new Command('secretsim')
		.description(INTRODUCTION)
		.version(services.version(), '-V, --version', 'print the version')
		.helpOption('-h, --help', 'print help')
		.helpCommand('help [command]', 'print help of a command')
		.addHelpText('after', AFTER);
	program.addCommand(runCommand(system, services, done));
	program.addCommand(explainCommand(system, services, done));
	program.addCommand(shardCommand(system, services, done));
	program.addCommand(mergeCommand(system, services, done));
	const streams = { stdin: process.stdin, stdout: system.stdout, stderr: system.stderr };
	program.addCommand(mountCommand(streams, services, done));
	program.addCommand(observeCommand(streams, done));
	program.addCommand(validateCommand(system, services, done));
	program.addCommand(initCommand(system, services, done));
	program.addCommand(schemaCommand(system, done));
	program.addCommand(completionCommand(system, done));
	prepare(program, system);
	return program;
}

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name.
 * @returns the exit code; every error has been reported on stderr.
 */
export async function runCommandLine(words: readonly string[], system: System, services: Services): Promise<number> {
	let exitCode: number = EXIT.done;
	const program = secretsimProgram(system, services, (code) => {
		exitCode = code;
	});
	if (words.length === 0) {
		program.outputHelp({ error: true });
		return EXIT.input;
	}
	try {
		await program.parseAsync(words, { from: 'user' });
		return exitCode;
	} catch (error) {
		// Help and version are no errors; everything else that commander refuses is wrong input.
		if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input;
		const failure = failureOf(error, services.version());
		system.stderr.write(`${failure.text}\n`);
		return failure.exitCode;
	}
}
