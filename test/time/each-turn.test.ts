import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { eachTurn, type TurnWatch } from '#src/time/each-turn';

it('lets the loop sleep, and calls back whenever it has turned', async () => {
  let turns = 0;
  const watch = eachTurn(() => turns++, { always: true });
  for (let i = 0; i < 10; i++) await sleep(10);
  watch.stop();
  expect(turns).toBeGreaterThanOrEqual(10);
  // Had it not slept, there would be tens of thousands.
  expect(turns).toBeLessThan(1000);
  const before = turns;
  await sleep(20);
  expect(turns).toBe(before);
});

it('while it is to stay awake it does not sleep, and only then calls back one who asked for that', async () => {
  let turns = 0;
  const watch = eachTurn(() => turns++, { always: false });
  await sleep(20);
  expect(turns).toBe(0);
  watch.stayAwake(true);
  const idleMs = performance.nodeTiming.idleTime;
  const endMs = performance.now() + 50;
  while (performance.now() < endMs) await new Promise(setImmediate);
  expect(performance.nodeTiming.idleTime - idleMs).toBeLessThan(5);
  expect(turns).toBeGreaterThan(100);
  watch.stayAwake(false);
  const before = turns;
  await sleep(20);
  expect(turns).toBe(before);
  watch.stop();
});

it('those who keep it awake go first, and one may stop another in the middle of a turn', async () => {
  const heard: string[] = [];
  const watches: TurnWatch[] = [];
  watches.push(eachTurn(() => heard.push('always'), { always: true }));
  watches.push(
    eachTurn(
      () => {
        heard.push('awake');
        for (const watch of watches) watch.stop();
      },
      { always: false },
    ),
  );
  watches[1]?.stayAwake(true);
  await sleep(10);
  // The turn in which it was stopped is its last.
  expect(heard).toEqual(['awake', 'always']);
});

it('keeps no process alive that has nothing else to do, but while it is to stay awake', () => {
  const program = `
    import { eachTurn } from ${JSON.stringify(new URL('../../dist/time/each-turn.js', import.meta.url).href)};
    eachTurn(() => undefined, { always: true });
    let turns = 0;
    const watch = eachTurn(() => { if (++turns === 1000) watch.stop(); }, { always: false });
    watch.stayAwake(true);
    process.on('exit', () => console.log(turns));
  `;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(told.trim()).toBe('1000');
});
