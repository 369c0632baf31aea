import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { makeFolders } from '#src/host/make-folders';
import { checkWholeFile, writeNewFile, writeWholeFile, writeWholeFileSync } from '#src/host/whole-file';

const root = mkdtempSync(join(tmpdir(), 'whole-file-'));
let folder = root;
let made = 0;
beforeEach(() => {
  folder = join(root, String(made++));
  mkdirSync(folder);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const isRoot = process.getuid?.() === 0;

describe.each([
  ['at once', async (path: string, content: string) => Promise.resolve(writeWholeFileSync(path, content))],
  ['in pieces', (path: string, content: string) => writeWholeFile(path, content.match(/.{1,3}/gs) ?? [])],
] as const)('a file written %s', (_, put) => {
  it('replaces a file, keeps its mode, and leaves nothing beside it', async () => {
    writeFileSync(at('x'), 'old');
    chmodSync(at('x'), 0o640);
    await put(at('x'), 'new text');
    expect([text('x'), statSync(at('x')).mode & 0o7777, readdirSync(folder)]).toEqual(['new text', 0o640, ['x']]);
  });

  it.skipIf(!isRoot)('keeps its owner', async () => {
    writeFileSync(at('x'), 'old');
    chownSync(at('x'), 1234, 1234);
    await put(at('x'), 'new');
    expect([statSync(at('x')).uid, statSync(at('x')).gid]).toEqual([1234, 1234]);
  });

  it('follows links, also one that leads nowhere yet, and leaves them links', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/one'), 'old');
    symlinkSync('real/one', at('one'));
    symlinkSync('real/two', at('b'));
    symlinkSync('b', at('two'));
    for (const name of ['one', 'two']) {
      await put(at(name), name);
      expect([text(`real/${name}`), lstatSync(at(name)).isSymbolicLink()]).toEqual([name, true]);
    }
    expect(readlinkSync(at('two'))).toBe('b');
    symlinkSync('loop', at('loop'));
    await expect(async () => put(at('loop'), 'x')).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('overwrites no file of the user, whatever its name', async () => {
    const names = ['x.half', 'x.part', 'x.tmp', `.replay-${String(process.pid)}-1.tmp`];
    for (const name of names) writeFileSync(at(name), 'mine');
    await put(at('x'), 'new');
    expect(names.map(text)).toEqual(names.map(() => 'mine'));
    expect(readdirSync(folder).sort()).toEqual([...names, 'x'].sort());
  });

  it('writes into a device, which stays one', async () => {
    const before = lstatSync('/dev/null');
    symlinkSync('/dev/null', at('link'));
    for (const path of ['/dev/null', at('link')]) await put(path, 'gone');
    expect(lstatSync('/dev/null').rdev).toBe(before.rdev);
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  it.skipIf(spawnSync('mkfifo', ['--version']).status !== 0)('writes into a pipe that is read', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const long = 'abc'.repeat(10_000);
    // Opened for both, it has a reader, and holds 64 kB.
    const reader = spawnSync.bind(undefined, 'head', ['-c', String(long.length), at('pipe')]);
    const { openSync, closeSync } = await import('node:fs');
    const held = openSync(at('pipe'), 'r+');
    try {
      await put(at('pipe'), long);
      expect(reader({ encoding: 'utf8' }).stdout).toBe(long);
    } finally {
      closeSync(held);
    }
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
  });

  it('throws the error of a place that takes nothing, and leaves what was there', async () => {
    mkdirSync(at('folder'));
    for (const [path, code] of [
      [at('folder'), 'EISDIR'],
      [`${at('new')}/`, 'EISDIR'],
      [at('none/x'), 'ENOENT'],
      ['/dev/full', 'ENOSPC'],
      ['/proc/replay-was-here', 'ENOENT'],
    ] as const)
      await expect(async () => put(path, 'x'), path).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['folder']);
  });
});

it('pieces that end early leave the old file', async () => {
  writeFileSync(at('x'), 'old');
  function* failing(): Generator<string> {
    yield 'new';
    throw new Error('no more');
  }
  await expect(writeWholeFile(at('x'), failing())).rejects.toThrow('no more');
  expect([text('x'), readdirSync(folder)]).toEqual(['old', ['x']]);
});

it('a check says what writing would meet, and changes nothing', () => {
  writeFileSync(at('x'), 'old');
  checkWholeFile(at('x'));
  checkWholeFile(at('new'));
  checkWholeFile('/dev/null');
  expect([text('x'), readdirSync(folder)]).toEqual(['old', ['x']]);
  expect(() => { checkWholeFile(folder); }).toThrow(/EISDIR/); // prettier-ignore
  expect(() => { checkWholeFile('/proc/x'); }).toThrow(/ENOENT/); // prettier-ignore
});

it('a new file is never one that is there', () => {
  writeNewFile(at('x'), 'new');
  expect(() => { writeNewFile(at('x'), 'other'); }).toThrow(/EEXIST/); // prettier-ignore
  expect(text('x')).toBe('new');
});

it('folders: what was made is returned, and nothing is left where one cannot be made', () => {
  expect(makeFolders(at('a/b/c'))).toEqual([at('a'), at('a/b'), at('a/b/c')]);
  expect(makeFolders(at('a/b'))).toEqual([]);
  expect(() => makeFolders(at(`p/q/${'x'.repeat(300)}`))).toThrow(/ENAMETOOLONG/);
  writeFileSync(at('file'), '');
  expect(() => makeFolders(at('file/x'))).toThrow(/ENOTDIR/);
  expect(() => makeFolders('/proc/x/y')).toThrow(/ENOENT/);
  expect(readdirSync(folder).sort()).toEqual(['a', 'file']);
});
