// Says in C's way what Dawn says, and what it would say of a fault; run by test/node/gpu/quiet_dawn.test.ts.
import { writeSync } from 'node:fs';
import { withoutDawnsWarnings } from '../../src/node/gpu/quiet_dawn.ts';

// A folder that is none, where the test says so.
process.env.TMPDIR = process.argv[2] ?? process.env.TMPDIR;

const result = withoutDawnsWarnings(() => {
  for (const kind of ['Uniform', 'Storage'])
    writeSync(
      2,
      `Warning: maxDynamic${kind}BuffersPerPipelineLayout artificially reduced from 500000 to 16 to fit dynamic offset allocation limit.\n`,
    );
  writeSync(2, 'ERROR: no driver\n');
  return 7;
});
process.stderr.write(`${result} came back\n`);
