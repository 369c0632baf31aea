import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { timerAlarm } from '#src/time/alarm';

test('a moment beyond what a timer of Node can wait for is waited for all the same', async () => {
  let rings = 0;
  const alarm = timerAlarm(() => rings++, 0);
  try {
    alarm.set(600 * 3_600_000);
    await wait(30);
    expect(rings).toBe(0);
    // A nearer moment goes before it.
    alarm.set(5);
    await wait(30);
    expect(rings).toBe(1);
  } finally {
    alarm.close();
  }
});
