interface Flag {
  readonly char?: string;
}

/** How a flag stands on a command line: `-k` where only that was typed, else `--insecure`. */
export function typedName(argv: readonly string[], name: string, { char }: Flag = {}): string {
  const long = argv.some((text) => text === `--${name}` || text.startsWith(`--${name}=`));
  const short = char !== undefined && argv.some((text) => /^-[^-]/.test(text) && text.startsWith(`-${char}`));
  return short && !long ? `-${char}` : `--${name}`;
}
