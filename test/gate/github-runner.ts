/** What actions/runner makes of a line (ActionCommand.cs: TryParseV2, then the old TryParse). */
export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const REGISTERED = new Set(
  'error warning notice debug group endgroup add-mask add-matcher remove-matcher set-output save-state set-env add-path echo stop-commands'.split(
    ' ',
  ),
);

/** The commands in what a step writes to either stream. */
export function commandsIn(output: string): RunnerCommand[] {
  return output.split(/\r\n|\n|\r/).flatMap((line) => [...commandOf(line), ...oldCommandOf(line)]);
}

function commandOf(line: string): RunnerCommand[] {
  const message = line.trimStart();
  if (!message.startsWith('::')) return [];
  const end = message.indexOf('::', 2);
  if (end < 0) return [];
  const info = message.slice(2, end);
  const [name = '', ...rest] = info.split(' ');
  if (!REGISTERED.has(name)) return [];
  const pairs = rest
    .join(' ')
    .trim()
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), unescapeProperty(pair.slice(pair.indexOf('=') + 1))] as const);
  return [{ name, properties: Object.fromEntries(pairs), data: unescapeData(message.slice(end + 2)) }];
}

function oldCommandOf(line: string): RunnerCommand[] {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return [];
  const name = line.slice(start + 3, end).split(' ')[0] ?? '';
  return REGISTERED.has(name) ? [{ name, properties: {}, data: line.slice(end + 1) }] : [];
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  const ends = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  return ends.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
}
