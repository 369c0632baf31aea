import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderReportText } from '#src/report/report-text';
import { formatDuration } from '#src/report/format-duration';
import { wrapText } from '#src/report/wrap-text';
import { outcomeCode } from '#src/sample';
import { ENDED, makeRows, planFor, seeds, shuffled, toBlock, type Row } from '../collectors/sample-rows.js';
import { madeReport } from './made-report.js';

/** 1,000 requests, 10 ms apart, each exact: response 11 ms, service 10 ms, handed over 0.5 ms late. */
const steady: Row[] = Array.from({ length: 1000 }, (_, seq) => ({
  seq,
  dueMs: seq * 10,
  handedMs: seq * 10 + 0.5,
  sentMs: seq * 10 + 1,
  doneMs: seq * 10 + 11,
  doneEarliestMs: seq * 10 + 10.9,
  handshakeMs: seq === 0 ? 0.5 : NaN,
  serverMs: NaN,
  outcome: 0,
  coldStart: 0,
  detail: undefined,
}));

function valuesAfter(text: string, label: string): string {
  const flat = text.replace(/\n {4}(?=\S)/g, '  ');
  const line = flat.split('\n').find((one) => one.replace(/ +/g, ' ').startsWith(label)) ?? '';
  return line.slice(line.indexOf(']') + 1).trim();
}

describe('renderReportText', () => {
  test('says what a run with known numbers was', async () => {
    const { report } = await madeReport(planFor(steady), [toBlock(steady)], { ...ENDED, endedMs: 10_001 });
    const text = renderReportText(report);
    expect(text.startsWith('Requests ')).toBe(true);
    expect(valuesAfter(text, 'Requests')).toBe('1000, 100.00/s, 99.99/s');
    expect(valuesAfter(text, 'Schedule')).toBe('1000, 1000, 0, 500.0us/500.0us/500.0us');
    expect(valuesAfter(text, 'Latency response')).toBe(Array.from({ length: 8 }, () => '11.00ms').join(', '));
    expect(valuesAfter(text, ' service')).toBe(Array.from({ length: 8 }, () => '10.00ms').join(', '));
    expect(valuesAfter(text, 'Success')).toBe('100.00% (1000 of 1000)');
    expect(text).not.toContain('Failures');
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^VALID/);
  });

  test('failures are infinite in the line of all requests, and are reported with an example', async () => {
    const rows = steady.map((row) =>
      row.seq % 4 === 3 ? { ...row, outcome: outcomeCode('server-error'), detail: 'HTTP 503' } : row,
    );
    const { report } = await madeReport(planFor(rows), [toBlock(rows)], ENDED);
    const text = renderReportText(report);
    expect(valuesAfter(text, 'All requests')).toBe('11.00ms, inf, 11.00ms, inf, inf, inf, inf, inf');
    expect(valuesAfter(text, 'Success')).toBe('75.00% (750 of 1000)');
    expect(text).toMatch(/^Failures {7}server-error: 250 \(request 3: HTTP 503\)$/m);
  });

  test('success is never rounded up to all', async () => {
    const rows = makeRows(30_000, 3, 0.3, 0).map((row) => (row.seq === 0 ? { ...row, outcome: 1 } : row));
    const { report } = await madeReport(planFor(rows), shuffled(rows, 1), ENDED);
    expect(valuesAfter(renderReportText(report), 'Success')).toBe('99.99% (29999 of 30000)');
  });

  test('an invalid run ends with every reason', async () => {
    const rows = steady.map((row) => ({ ...row, handedMs: row.dueMs + 11 }));
    const { report } = await madeReport(planFor(rows), [toBlock(rows)], {
      ...ENDED,
      crashes: [{ worker: 1, cause: 'heap' }],
    });
    const [, end = ''] = renderReportText(report).split('\n\n');
    expect(end.startsWith('INVALID')).toBe(true);
    expect(report.verdict.reasons.length).toBeGreaterThan(1);
    const flat = end.replace(/\s+/g, ' ');
    for (const reason of report.verdict.reasons) expect(flat).toContain(reason);
  });

  test('whatever the run and whatever texts came from outside: 80 columns, no control codes', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 90 }).map((text) => text.replace(/(\S{50})(?=\S)/gu, '$1 '));
    await fc.assert(
      fc.asyncProperty(
        seeds,
        texts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 400 }),
        async (seed, note, failureShare, count) => {
          const rows = makeRows(count, seed, 12, failureShare).map((row) =>
            row.outcome === 0 ? row : { ...row, detail: note },
          );
          const end = {
            ...ENDED,
            complete: seed % 3 > 0,
            stoppedMs: seed % 2 === 0 ? 900 : null,
            stopReason: seed % 2 === 0 ? note : null,
          };
          const { report } = await madeReport(planFor(rows, { connections: 3 }), shuffled(rows, seed), end, {
            notes: [note, 'x'],
            backend: 'b',
          });
          const text = renderReportText(report);
          expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|NaN|undefined|Infinity/);
          for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a run that sent nothing has a report, too', async () => {
    const { report } = await madeReport(planFor(steady), [], {
      ...ENDED,
      endedMs: 0,
      stoppedMs: 0,
      stopReason: 'interrupted by the user',
      interrupted: true,
    });
    const text = renderReportText(report);
    expect(valuesAfter(text, 'Requests')).toBe('0, -, -');
    expect(text).toContain('1000 unsent');
    expect(text).toMatch(/\nNOTHING WAS SENT: /);
    expect(text).not.toContain('VALID');
  });
});

describe('formatDuration', () => {
  test('reads back within half of its last digit, in the unit that keeps 1 to 4 digits before the point', () => {
    const scale = { us: 1e-3, ms: 1, s: 1000 };
    fc.assert(
      fc.property(fc.double({ min: -6, max: 7, noNaN: true }), (exponent) => {
        const ms = 10 ** exponent;
        const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(formatDuration(ms)) ?? [];
        const back = Number(digits) * scale[unit as keyof typeof scale];
        expect(Math.abs(back - ms)).toBeLessThanOrEqual(Math.max(ms * 0.6e-3, 0.5e-6));
        if (ms >= 1e-3 && ms < 1e6) expect(Number(digits)).toBeGreaterThanOrEqual(0.999);
        if (ms < 1e6) expect(Number(digits)).toBeLessThan(1000);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('wrapText', () => {
  test('loses no word, keeps their order, and breaks only where it must', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 40 }),
        fc.nat({ max: 9 }),
        (words, indent) => {
          const lines = wrapText(words.join(' '), 40, '-'.repeat(indent));
          expect(lines.map((line) => line.slice(indent)).join(' ')).toBe(words.join(' '));
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
          lines.slice(1).forEach((line, i) => {
            const next = line.trimStart().split(' ')[0] ?? '';
            expect((lines[i] ?? '').length + 1 + next.length).toBeGreaterThan(40);
          });
        },
      ),
    );
  });
});
