import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '#src/errors';
import { makeRunFolder } from '#src/run-folder/make-run-folder';
import { RUN_FILES } from '#src/run-folder/run-files';
import { writeWhole } from '#src/run-folder/write-whole';

const root = mkdtempSync(join(tmpdir(), 'run-folder-'));
let folder = root;
let made = 0;
beforeEach(() => {
  folder = join(root, String(made++));
  mkdirSync(folder);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('makeRunFolder', () => {
  test('makes a new folder with all above it, and takes an empty one', () => {
    const out = join(folder, 'a', 'b');
    expect(makeRunFolder(out, 'unused').path).toBe(out);
    expect(readdirSync(out)).toEqual([RUN_FILES.samples]);
    mkdirSync(join(folder, 'there'));
    expect(makeRunFolder(join(folder, 'there'), 'unused').path).toBe(join(folder, 'there'));
  });

  test('a folder that it made is not given to another', () => {
    makeRunFolder(folder, 'unused');
    expect(() => makeRunFolder(folder, 'unused')).toThrow(UserError);
  });

  test('of a name that is taken, whatever took it, another is made', () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      mkdirSync('runs');
      // It is not there for anyone who follows it, as a folder that another run makes at this moment.
      symlinkSync('nowhere', join('runs', 'name'));
      expect(makeRunFolder(undefined, 'name').path).toBe(join('runs', 'name-2'));
      expect(makeRunFolder(undefined, 'name').path).toBe(join('runs', 'name-3'));
      expect(readdirSync('runs').sort()).toEqual(['name', 'name-2', 'name-3']);
    } finally {
      process.chdir(before);
    }
  });

  test('discards what a run wrote and what was made for it, and nothing else', () => {
    const out = join(folder, 'a', 'b');
    mkdirSync(join(folder, 'a'));
    for (const keep of [false, true]) {
      const made = makeRunFolder(out, 'unused');
      for (const file of Object.values(RUN_FILES)) writeFileSync(join(out, file), 'x');
      if (keep) writeFileSync(join(out, 'mine'), 'precious');
      made.discard();
      expect(readdirSync(folder, { recursive: true }).sort()).toEqual(keep ? ['a', 'a/b', 'a/b/mine'] : ['a']);
    }
    const deep = makeRunFolder(join(folder, 'x', 'y', 'z'), 'unused');
    deep.discard();
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });

  test('refuses a folder that is not empty, and leaves it as it is', () => {
    writeFileSync(join(folder, 'mine'), 'precious');
    expect(() => makeRunFolder(folder, 'unused')).toThrow(UserError);
    expect(() => makeRunFolder(folder, 'unused')).toThrow(/not empty/);
    expect(readdirSync(folder)).toEqual(['mine']);
    expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('precious');
  });

  test('refuses a file, below a file, and a name that is too long', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const out of [file, join(file, 'x'), join(folder, 'x'.repeat(300))])
      expect(() => makeRunFolder(out, 'unused')).toThrow(UserError);
  });

  test('an error shows no control characters of the name', () => {
    const out = join(folder, 'a\u001b[31m\nb');
    mkdirSync(out);
    writeFileSync(join(out, 'mine'), '');
    expect(() => makeRunFolder(out, 'unused')).toThrow(/^[^\u0000-\u001f]*not empty[^\u0000-\u001f]*$/);
  });
});

describe('writeWhole', () => {
  test('replaces a file and leaves nothing beside it', () => {
    writeWhole(folder, 'report.json', 'old');
    writeWhole(folder, 'report.json', 'new');
    expect(readdirSync(folder)).toEqual(['report.json']);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('new');
  });

  test.skipIf(!existsSync('/dev/full'))('on a full disk: an error of the user, nothing is left beside it', () => {
    writeWhole(folder, 'report.json', 'old');
    symlinkSync('/dev/full', join(folder, 'page'));
    const write = (): void => {
      writeWhole(folder, 'page', 'x'.repeat(100_000));
    };
    expect(write).toThrow(UserError);
    expect(readdirSync(folder)).toEqual(['page', 'report.json']);
    expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('old');
  });

  test('when it cannot be put in place: nothing is left beside it', () => {
    mkdirSync(join(folder, 'report.json'));
    const write = (): void => {
      writeWhole(folder, 'report.json', 'new');
    };
    expect(write).toThrow();
    expect(readdirSync(folder)).toEqual(['report.json']);
  });
});
