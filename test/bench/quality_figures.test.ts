import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keeping } from '../../bench/quality/kept_edits.ts';
import { failureOf, type Outcome } from '../../bench/quality/measures.ts';
import {
  type Edit,
  type Method,
  methods,
  methodsNamed,
  type Subject,
} from '../../bench/quality/methods.ts';
import { figuresOf, judgeError, qualityTable } from '../../bench/quality/report.ts';
import type { StagedCase } from '../../bench/quality/staging.ts';
import { dragOptionTable } from '../../src/options/drag_options.ts';

const outcome: Outcome = {
  distances: [1, 2],
  leak: 0.1,
  pn: 1,
  outside: 0.05,
  torn: false,
  plausible: 22,
  iterations: 10,
  milliseconds: 100,
};

describe('figures of a method', () => {
  const byClass = figuresOf([
    { kind: 'pose', outcome: { ...outcome, psnrMoved: 20, patch: 2 } },
    { kind: 'pose', outcome: { ...outcome, distances: [2, 4], pn: 5, psnrMoved: 10 } },
    { kind: 'anywhere', outcome: { ...outcome, distances: [9], torn: true, failure: 'ran_away' } },
  ]);

  it('are means and medians over the cases of a class', () => {
    expect(byClass.pose).toMatchObject({
      cases: 2,
      distance_mean: 2.25,
      distance_median: 2.25,
      success: 0.5, // the second has a point that is 4 pixels away
      patch_mean: 2, // of the one that has it
      psnr_moved: 15,
      pn_median: 3,
      pn_max: 5,
      torn: 0,
    });
    expect(byClass.all).toMatchObject({ cases: 3, distance_mean: 4.5, distance_median: 3 });
    expect(byClass.anywhere).toMatchObject({ torn: 1, failures: { ran_away: 1, stalled: 0 } });
  });

  it('are null where a class has no case, or no case a right result', () => {
    expect(byClass.size).toMatchObject({ cases: 0, distance_mean: null, pn_max: null });
    expect(byClass.anywhere.psnr_moved).toBeNull();
  });

  it('are a table of the classes that have cases', () => {
    const judge = judgeError([1, 2, 6]);
    expect(judge).toEqual({ spots: 3, mean: 3, median: 2, within_3: 0.6667 });
    const table = qualityTable({
      cases: 3,
      left_out: 1,
      methods: { z: byClass },
      judge: { renders: judge, generated: judge, factors: 0.3 },
    });
    expect(table).toMatch(/^z, pose +2 +2\.25/m);
    expect(table).not.toMatch(/z, size/);
    expect(table).toMatch(/1 cases left out/);
  });
});

describe('a failure', () => {
  const edit = { stopped: 'arrived' } as const;

  it('is told by what went wrong', () => {
    expect(failureOf(outcome, edit)).toBeUndefined();
    expect(failureOf({ ...outcome, distances: [1, 4] }, edit)).toBe('drifted');
    expect(failureOf({ ...outcome, distances: [1, 4] }, { stopped: 'steps' })).toBe('stalled');
    expect(failureOf({ ...outcome, torn: true }, edit)).toBe('ran_away');
    expect(failureOf(outcome, { stopped: 'diverged' })).toBe('ran_away');
    expect(failureOf({ ...outcome, leak: 2 }, edit)).toBe('wrong_means');
  });
});

describe('methods', () => {
  it('have a row for every space of a drag', () => {
    for (const space of dragOptionTable.space.choices)
      expect(methods.map(({ name }) => name)).toContain(space === 'w+' ? 'tuned-reference' : space);
  });

  it('are told by name, and another name is refused with those that there are', () => {
    expect(methodsNamed(['z', 'no-edit']).map(({ name }) => name)).toEqual(['z', 'no-edit']);
    expect(() => methodsNamed(['fastest'])).toThrow(/fastest is none of no-edit, /);
  });

  it('are not run again where their edits are kept', async () => {
    let runs = 0;
    const made: Edit = {
      ws: Float32Array.of(1.5, -2),
      iterations: 3,
      milliseconds: 1.5,
      ends: [{ row: 1, column: 2 }],
      stopped: 'steps',
    };
    const edit = async () => {
      runs++;
      return made;
    };
    const method: Method = { name: 'a', about: '', edit };
    const folder = mkdtempSync(join(tmpdir(), 'kept-edits-'));
    const subject = (isBack: boolean) => ({ isBack }) as Partial<Subject> as Subject;
    const staged = (seed: number) =>
      ({
        case: { animal: { seed }, change: {}, spots: [], mask: undefined },
      }) as Partial<StagedCase>;
    for (const seed of [1, 1, 2, 2])
      expect(
        await keeping(folder, method).edit(subject(false), staged(seed) as StagedCase),
      ).toEqual(made);
    await keeping(folder, { ...method, name: 'b' }).edit(subject(false), staged(1) as StagedCase);
    expect(runs).toBe(3);
    // One that goes back as well is another edit.
    await keeping(folder, method).edit(subject(true), staged(1) as StagedCase);
    expect(runs).toBe(4);
  });
});
