// `npm test`: all tests, or those that Vitest's arguments choose, on the adapter that this machine has.
// The last line is "N passed, N failed", with ", N skipped" after it where some were.
//
// Environment: DRAGGAN_ADAPTER takes the Vulkan driver from one place only (environment, gpu, lavapipe, chromium,
// package), DRAGGAN_BROWSER=package the browser; both are found without it (src/node/gpu/find_adapter.ts, find_browser.ts).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

// In a process of its own, so that no driver stays loaded in this one. It counts as a test: without an adapter the
// others would each fail with the same line.
const check = spawnSync(process.execPath, ['--import', 'tsx', 'tools/check_adapter.ts'], {
  stdio: ['ignore', 'inherit', 'pipe'],
  encoding: 'utf8',
});
if (check.status !== 0) {
  console.error(check.stderr.trim());
  finish({ passed: 0, failed: 1, skipped: 0 });
} else {
  finish(await runVitest(process.argv.slice(2)));
}

async function runVitest(commandLine) {
  const { filter, options } = parseCLI(['vitest', 'run', ...commandLine]);
  const vitest = await startVitest('test', filter, { ...options, watch: false });
  const counts = { passed: 0, failed: vitest.state.getUnhandledErrors().length, skipped: 0 };
  for (const module of vitest.state.getTestModules()) {
    // A file that could not be read, or a hook that failed, has no failing test of its own.
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) counts[outcome(test)] += 1;
  }
  await vitest.close();
  return counts;
}

function outcome(test) {
  const { state } = test.result();
  // A test that never ran, of an interrupted run, has not passed.
  return state === 'pending' ? 'failed' : state;
}

function finish({ passed, failed, skipped }) {
  const ran = passed + failed > 0;
  if (!ran) console.error('no test matches');
  const line = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  process.stdout.write(`${line}\n`, () => process.exit(ran && failed === 0 ? 0 : 1));
}
