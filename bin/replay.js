#!/usr/bin/env node
/** Modules are loaded here, since what fails while they are has no other place to be reported in one line. */
async function load() {
  const { closeLostTerminals } = await import('../dist/bundle/close-lost-terminals.js');
  const { endProcess } = await import('../dist/bundle/end-process.js');
  const { main } = await import('../dist/bundle/main.js');
  return { closeLostTerminals, endProcess, main };
}

try {
  const { closeLostTerminals, endProcess, main } = await load();
  process.on('exit', closeLostTerminals());
  await main(process.argv.slice(2));
  endProcess();
} catch (thrown) {
  if (!/\bE[MN]FILE\b|: too many open files/.test(`${thrown?.code} ${thrown?.message}`)) throw thrown;
  process.exitCode = 2;
  process.stderr.write('replay: too many files are open; raise the limit (ulimit -n)\n');
}
