import type { CompletedCommand, CompletedFlag } from './completion-table.js';

/** What each shell sources. A line that begins with no command completes as `run` does. */
export const COMPLETION_SCRIPTS = { bash, zsh, fish } as const;

function bash(commands: readonly CompletedCommand[]): string {
  return `# bash: source <(replay completion bash)
_replay() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command=run words= flags=
  # bash takes --flag=value for three words.
  if [[ $word == '=' ]]; then word=
  elif [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case \${COMP_WORDS[1]} in
    ${commands.map(({ name }) => name).join('|')}) ((COMP_CWORD > 1)) && command=\${COMP_WORDS[1]} ;;
  esac
  COMPREPLY=()
  case "$command $before" in
${valueCases(commands, (values) => `COMPREPLY=($(compgen -W ${quoted(values.join(' '))} -- "$word"))`)}
  esac
  case $command in
${commands.map(flagCase).join('\n')}
  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W ${quoted(commandNames(commands).join(' '))} -- "$word"))
  elif ((COMP_CWORD == 2)); then COMPREPLY=($(compgen -W "$words" -- "$word")); fi
}
complete -o default -F _replay replay
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  return `#compdef replay
# zsh: source <(replay completion zsh)
_replay() {
  local before=\${words[CURRENT-1]} command=run
  local -a names flags first
  if [[ $PREFIX == --*=* ]]; then before=\${PREFIX%%=*}; compset -P '*='; fi
  case \${words[2]} in
    ${commands.map(({ name }) => name).join('|')}) ((CURRENT > 2)) && command=\${words[2]} ;;
  esac
  case "$command $before" in
${valueCases(commands, (values) => `compadd -- ${values.map(quoted).join(' ')}`, '_files')}
  esac
  case $command in
${commands.map(describedCase).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then _describe -o flag flags; return; fi
  if ((CURRENT == 2)); then
    names=(${commands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(' ')})
    _describe command names
  elif ((CURRENT == 3 && $#first)); then compadd -- $first; return; fi
  _files
}
compdef _replay replay
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const others = commands.filter(({ name }) => name !== 'run').map(({ name }) => name);
  const lines = commands.flatMap(({ name, summary, words, flags }) => {
    const asked =
      name === 'run' ? `not __fish_seen_subcommand_from ${others.join(' ')}` : `__fish_seen_subcommand_from ${name}`;
    const start = `complete -c replay -n ${quotedForFish(asked)}`;
    return [
      `complete -c replay -n __fish_is_first_arg -a ${name} -d ${quotedForFish(summary)}`,
      ...(words.length === 0 ? [] : [`${start} -a ${quotedForFish(words.join(' '))}`]),
      ...flags.map((flag) => `${start} ${fishFlag(flag)}`),
    ];
  });
  return `# fish: replay completion fish | source\n${lines.join('\n')}\n`;
}

function fishFlag({ names, summary, values }: CompletedFlag): string {
  const spelled = names
    .map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
    .join(' ');
  const value = values === undefined ? '' : values.length === 0 ? ' -r' : ` -x -a ${quotedForFish(values.join(' '))}`;
  return `${spelled}${value} -d ${quotedForFish(summary)}`;
}

/** What stands behind a flag that takes a value; without known values, `otherwise`. */
function valueCases(
  commands: readonly CompletedCommand[],
  offer: (values: readonly string[]) => string,
  otherwise = ':',
): string {
  const lines = commands.flatMap(({ name, flags }) =>
    flags.flatMap(({ names, values }) => {
      if (values === undefined) return [];
      const patterns = names.map((one) => quoted(`${name} ${one}`)).join('|');
      return [`    ${patterns}) ${values.length === 0 ? otherwise : offer(values)}; return ;;`];
    }),
  );
  return lines.join('\n');
}

function flagCase({ name, words, flags }: CompletedCommand): string {
  const all = flags.flatMap(({ names }) => names.filter((one) => one.startsWith('--')));
  return `    ${name}) flags=${quoted(all.join(' '))} words=${quoted(words.join(' '))} ;;`;
}

function describedCase({ name, words, flags }: CompletedCommand): string {
  const all = flags.flatMap(({ names, summary }) =>
    names.filter((one) => one.startsWith('--')).map((one) => quoted(`${one}:${summary.replaceAll(':', '\\:')}`)),
  );
  return `    ${name}) flags=(${all.join(' ')}) first=(${words.map(quoted).join(' ')}) ;;`;
}

function commandNames(commands: readonly CompletedCommand[]): string[] {
  return commands.map(({ name }) => name);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function quotedForFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
