import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockText, costText, rateText, successText } from '#src/live/figure-texts';
import { fitText, widthOf } from '#src/live/fit-text';
import { liveLines } from '#src/live/live-lines';
import { LiveScreen } from '#src/live/live-screen';
import { lookOf } from '#src/live/look';
import { progressLine } from '#src/live/progress-line';
import { sparkline } from '#src/live/sparkline';
import { TerminalScreen } from '../support/terminal-screen.js';
import { anyProgress, madeProgress } from './made-progress.js';

const STYLED = { color: true, unicode: true };
const PLAIN = { color: false, unicode: false };

const COLOR = /\u001b\[\d+m/g;

describe('liveLines', () => {
  test('any progress, any width: no line reaches the last column, and nothing but colours is sent', () => {
    fc.assert(
      fc.property(anyProgress, fc.integer({ min: 1, max: 200 }), fc.boolean(), (progress, columns, unicode) => {
        for (const line of liveLines(progress, columns, { color: true, unicode })) {
          const shown = line.replace(COLOR, '');
          expect(widthOf(shown)).toBeLessThanOrEqual(Math.max(1, columns - 1));

          expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
          if (!unicode) expect(shown).toMatch(/^[ -~]*$/);
        }
      }),
    );
  });

  test('colour changes nothing but colour', () => {
    fc.assert(
      fc.property(anyProgress, fc.integer({ min: 1, max: 120 }), (progress, columns) => {
        const coloured = liveLines(progress, columns, STYLED).map((line) => line.replace(COLOR, ''));
        expect(coloured).toEqual(liveLines(progress, columns, { color: false, unicode: true }));
      }),
    );
  });

  test('80 and 40 columns, as people see them', () => {
    const lines = (columns: number): string =>
      `\n${liveLines(madeProgress(), columns, { color: false, unicode: true }).join('\n')}\n`;
    expect(lines(80)).toMatchInlineSnapshot(`
      "
      t → http                                                             10s of 40s
      ━━━━━━━━━━━━━━━━──────────────────────────────────────────────  25 %  30s left
      sending   offered 50.0/s  sent 49.8/s  in flight 12
      p50        12.30ms  ▅▅▆▆▆▇▇███  to 19.00ms
      p99        48.20ms  ▇▇▇ ██████  to 49.00ms
      success    98.56 %  487 answered  timeout 5  throttled 2
      cost      0.01234 USD so far
      "
    `);
    expect(lines(40)).toMatchInlineSnapshot(`
      "
      t → http                     10s of 40s
      ━━━━━━────────────────  25 %  30s left
      sending   offered 50.0/s  sent 49.8/s
        in flight 12
      p50        12.30ms  ▅▅▆▆▆▇▇███
      p99        48.20ms  ▇▇▇ ██████
      success    98.56 %  487 answered
        timeout 5  throttled 2
      cost      0.01234 USD so far
      "
    `);
    expect(`\n${liveLines(madeProgress(), 60, PLAIN).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      t > http                                         10s of 40s
      ===========-------------------------------  25 %  30s left
      sending   offered 50.0/s  sent 49.8/s  in flight 12
      p50        12.30ms  ==+++**###
      p99        48.20ms  *** ######
      success    98.56 %  487 answered  timeout 5  throttled 2
      cost      0.01234 USD so far
      "
    `);
  });

  test('a run that waits for its last answers says so', () => {
    expect(liveLines(madeProgress({ nowMs: 41_000 }), 80, PLAIN)[1]).toMatch(/100 % {2}waiting for 12$/);
  });
});

describe('LiveScreen', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('show' as const), progress: anyProgress }),
    fc.record({ what: fc.constant('say' as const), line: fc.stringMatching(/^[a-z]{1,30}$/) }),
    fc.record({ what: fc.constant('redraw' as const) }),
  );

  test('whatever was shown and said, only what was said stays, and the cursor is back', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 31, max: 100 }),
        fc.integer({ min: 2, max: 24 }),
        (steps, columns, rows) => {
          const terminal = new TerminalScreen(columns, rows);
          const screen = new LiveScreen({ write: onTty(terminal), columns: () => columns, rows: () => rows }, STYLED);
          const said: string[] = [];
          for (const one of steps) {
            if (one.what === 'show') screen.show(one.progress);
            else if (one.what === 'redraw') screen.redraw();
            else {
              screen.say(one.line);
              said.push(one.line);
            }
          }
          screen.clear();
          expect(terminal.text).toBe(said.join('\n'));
          expect(terminal.cursorShown).toBe(true);
          screen.clear();
          expect(terminal.text).toBe(said.join('\n'));
        },
      ),
    );
  });

  test('a terminal that became smaller is drawn anew, without what was there before', () => {
    let columns = 80;
    const terminal = new TerminalScreen(80, 24);
    const screen = new LiveScreen({ write: onTty(terminal), columns: () => columns, rows: () => 24 }, STYLED);
    screen.say('before');
    screen.show(madeProgress());
    columns = 40;
    terminal.resize(40, 24);
    screen.redraw();
    const view = liveLines(madeProgress(), 40, { color: false, unicode: true });
    expect(terminal.text).toBe(['before', ...view].join('\n'));
  });
});

/** A terminal's line discipline makes a line end a new line. */
function onTty(terminal: TerminalScreen): (text: string) => void {
  return (text) => {
    terminal.write(text.replaceAll('\n', '\r\n'));
  };
}

describe('lookOf', () => {
  const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm' };
  const style = (env: Record<string, string>): unknown => {
    const look = lookOf(env, true);
    return look.kind === 'screen' ? look.style : look.kind;
  };

  test('by terminal, TERM, NO_COLOR and the first locale that is set', () => {
    expect(lookOf(utf8, false)).toEqual({ kind: 'lines' });
    expect(style({ ...utf8, TERM: 'dumb' })).toBe('lines');
    expect(style(utf8)).toEqual(STYLED);
    expect(style({ ...utf8, NO_COLOR: '' })).toEqual(STYLED);
    expect(style({ ...utf8, NO_COLOR: '1' })).toEqual({ color: false, unicode: true });
    expect(style({ ...utf8, LC_ALL: 'C' })).toEqual({ color: true, unicode: false });
    expect(style({ LC_ALL: '', LC_CTYPE: 'de_DE.utf8', LANG: 'C' })).toEqual(STYLED);
    expect(style({})).toEqual({ color: true, unicode: false });
  });
});

describe('texts', () => {
  test('a sparkline has a character a value, rises with them, and leaves gaps', () => {
    expect(sparkline([0, 1, 2, 4, 8], 80, true)).toBe('▁▁▂▄█');
    expect(sparkline([1, null, 1], 80, true)).toBe('█ █');
    expect(sparkline([9, 1, 2, 3], 3, false)).toBe('-+#');
    expect(sparkline([], 9, true)).toBe('');
    const values = fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 80 });
    fc.assert(
      fc.property(values, fc.nat({ max: 90 }), (all, columns) => {
        const line = sparkline(all, columns, true);
        const shown = columns === 0 ? [] : all.slice(-columns);
        expect(line).toHaveLength(shown.length);
        for (const [i, a] of shown.entries())
          for (const [j, b] of shown.entries())
            if (a !== null && b !== null && a <= b) expect((line[i] ?? '') <= (line[j] ?? '')).toBe(true);
      }),
    );
  });

  test('wide letters take two columns, accents none, and a cut text says that it was cut', () => {
    expect(widthOf('漢字')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(fitText('漢字の名', 6, true)).toBe('漢字…');
    expect(fitText('漢字', 6, false)).toBe('??');
    expect(fitText('abcdef', 4, false)).toBe('abc~');
    expect(fitText('abc', 0, true)).toBe('');
  });

  test('never 100 % with a failure, never 0 of money that was spent', () => {
    const ratio = (ok: number, failed: number): string => successText(madeProgress({ ok, failed }));
    expect([ratio(0, 0), ratio(5, 0), ratio(1e9, 1), ratio(0, 5)]).toEqual(['-', '100 %', '99.99 %', '0.00 %']);
    const cost = (amount: number): string => costText({ amount, currency: 'USD' });
    expect([cost(0), cost(1.5e-7), cost(0.012345), cost(12.3456), cost(12_345.6)]).toEqual([
      '0.00 USD',
      '0.0000001500 USD',
      '0.01235 USD',
      '12.35 USD',
      '12345.60 USD',
    ]);
  });

  test('clocks and rates', () => {
    expect([0, 999, 119_000, 185_000, 7_620_000].map(clockText)).toEqual(['0s', '1s', '119s', '3m05s', '2h07m']);
    expect([0, 9.96, 99.96, 12_345].map(rateText)).toEqual(['0.0/s', '10.0/s', '100/s', '12,345/s']);
  });

  test('a line for a log is one line of ASCII, whatever the run is called', () => {
    fc.assert(
      fc.property(anyProgress, (progress) => {
        expect(progressLine(progress)).toMatch(/^[ -~]+$/);
      }),
    );
    expect(progressLine(madeProgress())).toMatchInlineSnapshot(
      `"10s of 40s  offered 50.0/s  sent 49.8/s  in flight 12  p50 12.30ms  p99 48.20ms  487 of 2,000 answered  7 failed: timeout 5, throttled 2  cost 0.01234 USD"`,
    );
  });
});
