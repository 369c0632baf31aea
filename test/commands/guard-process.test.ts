import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MOST_BLOCKED_MS = 400;

/** In a process of its own, whose main thread is blocked: `work` is its body. */
function guarded(work: string): string {
  const script = `
    import { guardProcess } from '${new URL('../../dist/commands/guard-process.js', import.meta.url).href}';
    const never = new AbortController().signal;
    const work = async (stop, print) => { ${work} };
    try {
      console.log('ended', await guardProcess('./mine.js', never, work, ${String(MOST_BLOCKED_MS)}));
    } catch (thrown) {
      console.log(thrown.name, thrown.message);
    }`;
  const file = join(mkdtempSync(join(tmpdir(), 'replay-guard-')), 'script.mjs');
  writeFileSync(file, script);
  return execFileSync(process.execPath, [file], { timeout: 40_000 }).toString();
}

it.each([
  ['after a wait', 'await null; for (;;);'],
  ['in a module that loads', `await import('data:text/javascript,for(;;);');`],
])('an endless loop on the main thread is ended: %s', (_, work) => {
  expect(guarded(work)).toMatch(/UserError backend \.\/mine\.js: it kept the main thread busy for 0\.4 s/);
});

it('work that blocks for less, and what it prints itself, go through', () => {
  const printed = guarded(`
    const endMs = performance.now() + 150; while (performance.now() < endMs); 
    console.log('noise'); print('told'); await new Promise((resolve) => setTimeout(resolve, 600)); return 7;`);
  expect(printed).toBe('toldended 7\n');
});
