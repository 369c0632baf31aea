import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'rolldown';

/**
 * The program as it is run and published: a few files instead of several hundred, each of which costs a start half a
 * millisecond of CPU (docs/performance-notes.md, "A start loads few files").
 *
 * All files lie beside each other, in a folder as deep as those of `src/*`. So a place that the code names beside
 * `import.meta.url` is the same before and after: './worker.js' is a file of the bundle, '../../systems/' a folder of the package.
 */
const OUT = 'dist/bundle';

/** What the pages of reports are made of is read as text, from where the compiler has put it. */
const PAGE = 'dist/report/html/page';

const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
/** What is installed beside this package is not bundled, so that it can be updated there. */
const installed = Object.keys({ ...dependencies, ...peerDependencies });
const isInstalled = (id) => installed.some((name) => id === name || id.startsWith(`${name}/`));

/** The parser of the command line by its parts, which are two thirds of its 159 files. */
const PARSER = '@oclif/core';
const PARSER_PARTS = `
  export { run } from '${PARSER}/run';
  export { settings } from '${PARSER}/settings';
  export { Command } from '${PARSER}/command';
  export * as Args from '${PARSER}/args';
  export * as Flags from '${PARSER}/flags';
  export * as Parser from '${PARSER}/parser';
`;

await build({
  input: {
    library: 'src/index.ts',
    testing: 'src/testing.ts',
    main: 'src/commands/main.ts',
    'end-process': 'src/commands/end-process.ts',
    'close-lost-terminals': 'src/commands/close-lost-terminals.ts',
    ...loadedByName(),
  },
  external: (id) => id.startsWith('node:') || (id !== PARSER && isInstalled(id)),
  platform: 'node',
  logLevel: 'warn',
  transform: { target: 'es2022' },
  checks: { ineffectiveDynamicImport: false },
  output: { dir: OUT, cleanDir: true, entryFileNames: '[name].js', chunkFileNames: 'chunk-[name].js' },
  plugins: [
    {
      name: 'parser-in-parts',
      resolveId: (id) => (id === PARSER ? `\0${PARSER}` : undefined),
      load: (id) => (id === `\0${PARSER}` ? PARSER_PARTS : undefined),
    },
    {
      name: 'files-beside-the-code',
      generateBundle(_options, bundle) {
        for (const name of readdirSync(PAGE).filter((file) => file.endsWith('.js')))
          this.emitFile({ type: 'asset', fileName: `page/${name}`, source: readFileSync(join(PAGE, name)) });
        this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES', source: licensesOf(bundle) });
      },
    },
  ],
});

/** What the code loads by the name of its file: threads, backends and the table of commands. */
function loadedByName() {
  const entries = {};
  const sources = readdirSync('src', { recursive: true }).filter((path) => path.endsWith('.ts'));
  for (const source of sources.map((path) => join('src', path))) {
    const named = readFileSync(source, 'utf8').matchAll(
      /new URL\('(?:\.\/)?([\w-]+)\.js', import\.meta\.url\)|\bmodule: '\.\/([\w-]+)\.js'/g,
    );
    for (const [, thread, backend] of named) {
      const name = thread ?? backend;
      const file = join(dirname(source), `${name}.ts`);
      if ((entries[name] ?? file) !== file) throw new Error(`${file} and ${entries[name]} need different names`);
      entries[name] = file;
    }
  }
  return entries;
}

/** The licenses of the packages of which there are modules in the bundle. */
function licensesOf(bundle) {
  const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copyright)/i.test(file));
      const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return [`${basename(folder)}:`, ...texts].join('\n\n');
    })
    .join('\n\n----\n\n')
    .concat('\n');
}
