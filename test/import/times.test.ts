import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCount, type CountUnit } from '#src/import/counted-time';
import { blankStamp, readDate } from '#src/import/stamp';
import { timeZone } from '#src/import/time-zone';
import { pythonWith } from '../support/python.js';

const out = blankStamp();
const dateNs = (text: string): bigint | undefined => {
  const bytes = Buffer.from(text);
  return readDate(bytes, 0, bytes.length, out) ? BigInt(out.sec) * 1_000_000_000n + BigInt(out.ns) : undefined;
};
const countNs = (text: string, unit: CountUnit): bigint | undefined => {
  const bytes = Buffer.from(text);
  return readCount(bytes, 0, bytes.length, unit, out) ? BigInt(out.sec) * 1_000_000_000n + BigInt(out.ns) : undefined;
};

describe('dates', () => {
  it.each([
    ['2023-11-16 18:15:46.6805900', '2023-11-16T18:15:46.680Z', 590_000n],
    ['2023-11-16T18:15:46,5+01:00', '2023-11-16T17:15:46.500Z', 0n],
    ['2023-11-16T18:15:46.123456789-0530', '2023-11-16T23:45:46.123Z', 456_789n],
    ['2023/11/16 18:15', '2023-11-16T18:15:00.000Z', 0n],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', 0n],
    ['16/Nov/2023:18:15:46 +0900', '2023-11-16T09:15:46.000Z', 0n],
    ['2023-11-16 18:15:46 UTC', '2023-11-16T18:15:46.000Z', 0n],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500Z', 0n],
  ])('%s', (text, same, ns) => {
    expect(dateNs(text)).toBe(BigInt(Date.parse(same)) * 1_000_000n + ns);
  });

  it.each([
    '',
    '2023-13-01',
    '2023-02-29',
    '2023-11-16T24:00',
    '16/Foo/2023:18:15:46',
    '2023-11-16T18:15:46.',
    '12',
    '2023-11-16T18:15:46+1',
  ])('%j is none', (text) => {
    expect(dateNs(text)).toBeUndefined();
  });

  it('are those of JavaScript for every ms of four centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000_000, max: 10_000_000_000_000 }), (ms) => {
        expect(dateNs(new Date(ms).toISOString())).toBe(BigInt(ms) * 1_000_000n);
      }),
    );
  });
});

describe('numbers that count time', () => {
  const cases: [string, CountUnit][] = [
    ['1700158546.680590123', 's'],
    ['1700158546680.590123', 'ms'],
    ['1700158546680590123', 'ns'],
    ['1700158546680590.5', 'us'],
    ['5160.142570018768', 's'],
    ['1.7001585466805901e9', 's'],
    ['-0.5', 's'],
    ['0.1', 'ms'],
    ['.25', 's'],
    ['7.', 's'],
  ];

  it('are whole ns, rounded half up, as Python computes them with fractions', () => {
    const python = pythonWith('fractions');
    if (python === undefined) return;
    const program =
      'import sys\nfrom fractions import Fraction\nfrom math import floor\n' +
      'for a in sys.argv[1:]:\n  t,u=a.split("|")\n  print(floor(Fraction(t)*10**(9-{"s":0,"ms":3,"us":6,"ns":9}[u])+Fraction(1,2)))';
    const said = execFileSync(python, ['-c', program, ...cases.map(([text, unit]) => `${text}|${unit}`)], {
      encoding: 'utf8',
    });
    expect(cases.map(([text, unit]) => String(countNs(text, unit)))).toEqual(said.trim().split('\n'));
  });

  it('keep every ns of any number of any unit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }),
        fc.constantFrom<CountUnit>('s', 'ms', 'us', 'ns'),
        (ns, unit) => {
          const digits = { s: 9, ms: 6, us: 3, ns: 0 }[unit];
          const padded = ns.toString().padStart(digits + 1, '0');
          const text = digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
          expect(countNs(text, unit)).toBe(ns);
        },
      ),
    );
  });

  it.each(['', '-', '.', '1e', 'NaN', '1,5', '1e999', '0x10', '12 '])('%j is none', (text) => {
    expect(countNs(text, 's')).toBeUndefined();
  });
});

describe('time zones', () => {
  const local = (text: string): number => Date.parse(`${text}Z`) / 1000;

  it.each([
    ['Europe/Berlin', '2023-07-01T12:00:00', '2023-07-01T10:00:00Z'],
    ['Europe/Berlin', '2023-12-01T12:00:00', '2023-12-01T11:00:00Z'],
    ['Asia/Kolkata', '2023-12-01T12:00:00', '2023-12-01T06:30:00Z'],
    ['Australia/Lord_Howe', '2023-12-01T12:00:00', '2023-12-01T01:00:00Z'],
    ['+02:00', '2023-12-01T12:00:00', '2023-12-01T10:00:00Z'],
    ['UTC', '2023-12-01T12:00:00', '2023-12-01T12:00:00Z'],
  ])('%s %s', (zone, text, utc) => {
    expect(timeZone(zone).toUtc(local(text), -Infinity)).toBe(Date.parse(utc) / 1000);
  });

  it('an hour that occurs twice is the first, unless that would go back', () => {
    const zone = timeZone('Europe/Berlin');
    const first = zone.toUtc(local('2023-10-29T02:30:00'), -Infinity);
    expect([first, zone.doubt]).toEqual([Date.parse('2023-10-29T00:30:00Z') / 1000, 'twice']);
    expect(zone.toUtc(local('2023-10-29T02:10:00'), first)).toBe(Date.parse('2023-10-29T01:10:00Z') / 1000);
  });

  it('a time that the clock left out is read as if it had not been set forward', () => {
    const zone = timeZone('Europe/Berlin');
    expect(zone.toUtc(local('2023-03-26T02:30:00'), -Infinity)).toBe(Date.parse('2023-03-26T01:30:00Z') / 1000);
    expect(zone.doubt).toBe('never');
  });

  it('an unknown one is an error', () => {
    expect(() => timeZone('Mars/Base')).toThrow(/--timezone Mars\/Base: there is no such zone/);
  });
});
