import { basename } from 'node:path';
import { printable, UserError } from '../../errors.js';
import { fitSystem } from '../../fit-system/fit-system.js';
import { fitText } from '../../fit-system/fit-text.js';
import { readObserved } from '../../fit-system/read-observed.js';
import { isAside } from '../../run-folder/finished-run.js';
import { runFolders } from '../../run-folder/run-folders.js';
import { parseSystem } from '../../systems/parse-system.js';
import { parseTree } from '../../systems/read-tree.js';
import { readSystem, type VariantWish } from '../../systems/read-system.js';
import { renderSystem } from '../../systems/render-system.js';
import type { SimulatedSystem } from '../../systems/system.js';
import { counted } from '../../text/counted.js';
import { checkAskedFile, writeAskedFile } from '../write-asked-file.js';

export interface FitFlags extends VariantWish {
  readonly like: string | undefined;
  readonly out: string | undefined;
  readonly 'include-invalid': boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `replay system fit RUN... --like NAME -o FILE`: the text for standard output. Throws `UserError`. */
export async function fitFromRuns(
  runs: readonly string[],
  { like, out, json, quiet, 'include-invalid': invalid, ...wish }: FitFlags,
): Promise<string> {
  // prettier-ignore
  if (runs.length === 0) throw new UserError('name the runs to fit to: replay system fit RUN... --like aws-lambda -o mine.yaml'); // prettier-ignore
  if (like === undefined) throw new UserError('say what kind of system it is: --like aws-lambda (replay system list shows them)'); // prettier-ignore
  if (out === undefined) throw new UserError('name the file to write: -o mine.yaml, or -o - for standard output');
  if (out !== '-') await checkAskedFile('--out', out);
  const template = await readSystem(like, wish);
  const folders = runFolders(runs).filter((folder) => !isAside(folder));
  const observed = await readObserved(folders, invalid);
  const source = `own run: ${printable(runs.map((run) => basename(run)).join(', '), 120)} (${counted(observed.calls, 'call')})`; // prettier-ignore
  const say = (text: string): void => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  const fit = fitSystem(template, observed, { source, say });
  const text = await renderSystem(named(fit.system, like, out, source));
  // What is written is what the other commands read.
  parseSystem(await parseTree(text, out), fit.system);
  if (out !== '-') await writeAskedFile('--out', out, text);
  const told = json ? `${JSON.stringify({ ...fit, system: undefined }, finite, 1)}\n` : fitText(fit);
  if (out !== '-') return told;
  say(told.trimEnd());
  return text;
}

function named(system: SimulatedSystem, like: string, out: string, source: string): SimulatedSystem {
  const name = out === '-' ? 'fitted' : basename(out).replace(/\.ya?ml$/, '');
  return { ...system, name: printable(name, 60), summary: `like ${printable(like, 60)}; ${source}` };
}

/** JSON has no Infinity. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity ? 'unlimited' : value;
}
