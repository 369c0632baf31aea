import { fork, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-cli.js';

const FUNCTIONS = join(ROOT, 'examples/functions');

export interface StandIn {
  readonly url: string;
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** A stand-in of `examples/eight-systems` in a process of its own. */
export async function openStandIn(kind: string, options: Readonly<Record<string, unknown>>): Promise<StandIn> {
  const path = join(ROOT, 'examples/eight-systems/stand-ins/stand-in.js');
  const child = fork(path, [kind, JSON.stringify(options)]);
  const next = <T>(): Promise<T> =>
    new Promise((done, fail) => {
      child.once('message', done);
      child.once('exit', () => {
        fail(new Error(`the stand-in for ${kind} ended`));
      });
    });
  const { url } = await next<{ readonly url: string }>();
  return {
    url,
    counts() {
      child.send('counts');
      return next();
    },
    close: () =>
      new Promise((done) => {
        child.once('exit', () => {
          done();
        });
        child.disconnect();
      }),
  };
}

/** The folder of `examples/functions`, built where `npm run build` has not done it. */
export function builtFunctions(): string {
  const sources = readdirSync(join(FUNCTIONS, 'src'));
  const isBuilt = sources.every(
    (name) => changedMs(join('dist', name.replace(/ts$/, 'js'))) > changedMs(join('src', name)),
  );
  if (!isBuilt) spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', FUNCTIONS], { stdio: 'inherit' });
  return FUNCTIONS;
}

function changedMs(path: string): number {
  return statSync(join(FUNCTIONS, path), { throwIfNoEntry: false })?.mtimeMs ?? -1;
}
