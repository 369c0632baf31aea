import type { ChildProcess } from 'node:child_process';

const EVERY_MS = 200;

/** Scrapes what a process says its metrics are at, again and again until it ends; returns the texts, which grow. */
export function scrapeWhileRunning(child: ChildProcess): readonly string[] {
  const scraped: string[] = [];
  let said = '';
  let timer: NodeJS.Timeout | undefined;
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
    const url = /metrics at (\S+)/.exec(said)?.[1];
    if (url === undefined || timer !== undefined) return;
    timer = setInterval(() => {
      void fetch(url).then(
        async (answer) => scraped.push(await answer.text()),
        () => undefined,
      );
    }, EVERY_MS);
  });
  child.once('close', () => {
    clearInterval(timer);
  });
  return scraped;
}
