// `secretsim completion`: a script for bash, zsh or fish, made from the program's own commands and options, so that it
// cannot fall behind them.

import { Argument, Command, type Option } from 'commander';
import { EXIT } from './exit-code.js';
import { type System, writeText } from './system.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

type Shell = (typeof SHELLS)[number];

interface CompletedOption {
	readonly flags: readonly string[];
	readonly description: string;
	readonly choices: readonly string[];
	readonly takesValue: boolean;
}

interface CompletedCommand {
	readonly name: string;
	readonly summary: string;
	readonly options: readonly CompletedOption[];
	readonly choices: readonly string[];
}

function completedOption(option: Option): CompletedOption {
	return {
		flags: [option.short, option.long].filter((flag): flag is string => flag !== undefined && flag !== null),
		description: option.description,
		choices: option.argChoices ?? [],
		takesValue: option.required || option.optional,
	};
}

function completedCommands(program: Command): CompletedCommand[] {
	return program.commands.map((command) => ({
		name: command.name(),
		summary: command.summary() || command.description(),
		options: command.options.map(completedOption),
		choices: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
	}));
}

/** Text between single quotes of a shell. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function bashScript(commands: readonly CompletedCommand[]): string {
	const cases = commands.map((command) => {
		const flags = command.options.flatMap((option) => option.flags).concat('--help');
		return `    ${command.name}) words=${quoted([...flags, ...command.choices].join(' '))} ;;`;
	});
	const values = commands
		.flatMap((command) => command.options)
		.filter((option) => option.choices.length > 0)
		.map((option) => `    ${option.flags.join('|')}) words=${quoted(option.choices.join(' '))} ;;`);
	return `# bash completion for secretsim: source <(secretsim completion bash)
_secretsim() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=''
  COMPREPLY=()
  case "$previous" in
${[...new Set(values)].join('\n')}
    --out) COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  if [ -z "$words" ] && [ "$COMP_CWORD" -eq 1 ]; then
    words=${quoted([...commands.map((command) => command.name), '--help', '--version'].join(' '))}
  elif [ -z "$words" ]; then
    case "\${COMP_WORDS[1]}" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _secretsim secretsim
`;
}

/** Text inside a zsh `_arguments` specification, where brackets and colons have a meaning. */
function zshText(text: string): string {
	return text.replace(/([[\]:\\])/g, '\\$1');
}

function zshOption(option: CompletedOption): string[] {
	const value = option.choices.length > 0 ? `:value:(${option.choices.join(' ')})` : option.takesValue ? ':value:_files' : '';
	return option.flags.map((flag) => quoted(`*${flag}[${zshText(option.description)}]${value}`));
}

function zshScript(commands: readonly CompletedCommand[]): string {
	const names = commands.map((command) => quoted(`${command.name}:${zshText(command.summary)}`));
	const cases = commands.map((command) => {
		const rest = command.choices.length > 0 ? `*:value:(${command.choices.join(' ')})` : '*:file:_files';
		return `    ${command.name}) _arguments ${[...command.options.flatMap(zshOption), quoted(rest)].join(' ')} ;;`;
	});
	return `#compdef secretsim
# zsh completion for secretsim: secretsim completion zsh > "\${fpath[1]}/_secretsim"
_secretsim() {
  if (( CURRENT == 2 )); then
    local -a commands=(${names.join(' ')})
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_secretsim" ]; then _secretsim "$@"; else compdef _secretsim secretsim; fi
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
	const lines = commands.flatMap((command) => {
		const condition = quoted(`__fish_seen_subcommand_from ${command.name}`);
		return [
			`complete -c secretsim -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
			...command.choices.map((choice) => `complete -c secretsim -n ${condition} -f -a ${choice}`),
			...command.options.map((option) => {
				const flags = option.flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
				const value = option.choices.length > 0 ? ` -x -a ${quoted(option.choices.join(' '))}` : option.takesValue ? ' -r' : '';
				return `complete -c secretsim -n ${condition} ${flags}${value} -d ${quoted(option.description)}`;
			}),
		];
	});
	return `# fish completion for secretsim: secretsim completion fish | source\n${lines.join('\n')}\n`;
}

/** The completion script of a program for one shell. */
export function completionScript(program: Command, shell: Shell): string {
	const commands = completedCommands(program);
	return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands);
}

/** The command. `done` receives its exit code. */
export function completionCommand(system: System, done: (exitCode: number) => void): Command {
	const command = new Command('completion')
		.summary('completion script for bash, zsh or fish')
		.description('Prints a script that completes commands, options and their values.')
		.addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
		.addHelpText('after', '\nExample:\n  $ source <(secretsim completion bash)');
	return command.action(async (shell: Shell) => {
		await writeText(system.stdout, completionScript(command.parent ?? command, shell));
		done(EXIT.done);
	});
}
