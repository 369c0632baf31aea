// What the JSON reports of vitest say, for .ci/run.
//   node .ci/results.js files REPORT        the files in which a test failed
//   node .ci/results.js summary FOLDER      each failed test with the first line of its error, then the count; exit 1: one failed
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const [, , what, path] = process.argv;
if (what === 'files') console.log([...new Set(failuresIn(readReport(path)).map(({ file }) => file))].join('\n'));
else process.exitCode = summary(path);

function readReport(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A file that does not load counts as a test that failed. */
function failuresIn({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [{ file, test: 'does not load', error: lineOf(message) }];
    return failed.map(({ fullName, failureMessages }) => ({ file, test: fullName, error: lineOf(failureMessages[0]) }));
  });
}

function lineOf(text = '') {
  return text
    .replaceAll(/\x1b\[[0-9;]*m/g, '')
    .trim()
    .split('\n', 1)[0]
    .slice(0, 200);
}

/**
 * NAME.json, and NAME.again.json where files of it were run again: what fails twice has failed. `node-MAJOR.json` is of another
 * release of Node; what fails there is named and not counted.
 */
function summary(folder) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const name of readdirSync(folder).filter((file) => /^[a-z]+\.json$/.test(file))) {
    const report = readReport(join(folder, name));
    const failed = failuresIn(report);
    const again = join(folder, name.replace('.json', '.again.json'));
    const stillFailed = existsSync(again) ? failuresIn(readReport(again)) : failed;
    const passedNow = failed.filter((one) => !stillFailed.some((other) => sameTest(one, other)));
    print('passed only when run again', passedNow);
    print('FAILED', stillFailed);
    sum.passed += report.numPassedTests + passedNow.length;
    sum.failed += stillFailed.length;
    sum.skipped += report.numPendingTests + report.numTodoTests;
  }
  for (const name of readdirSync(folder).filter((file) => /^node-\d+\.json$/.test(file)))
    print(`failed on ${basename(name, '.json').replace('node-', 'Node ')}`, failuresIn(readReport(join(folder, name))));
  if (sum.skipped > 0) console.log('tests were skipped although their tools are installed');
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed + sum.skipped > 0 ? 1 : 0;
}

function sameTest(one, other) {
  return one.file === other.file && (one.test === other.test || other.test === 'does not load');
}

function print(title, failures) {
  for (const { file, test, error } of failures) console.log(`${title}: ${file} > ${test}: ${error}`);
}
