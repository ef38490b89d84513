import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseFile, caseSets } from '../../bench/quality/case_sets.ts';
import { type Case, readCases, writeCase } from '../../bench/quality/cases.ts';

const spot = '"spots": [{"part": "ear", "canonical": [-0.7, 1.1, 0.06]}]';
const firstOf = (line: string): Case => readCases(line)[0];

describe('a file of cases', () => {
  it('says where an animal comes from, what changes, what is dragged, and what stays', () => {
    expect(firstOf(`{"seed": 3, "change": {"yaw": 0.9}, ${spot}, "mask": {"free": 17}}`)).toEqual({
      animal: { seed: 3 },
      change: { yaw: 0.9 },
      spots: [{ part: 3, canonical: [-0.7, 1.1, 0.06] }],
      mask: { free: 17 },
    });
    expect(firstOf(`{"factors": {"bg": 0}, "change": {"px": 1}, ${spot}}`).mask).toBeUndefined();
    const z = JSON.stringify(Array.from({ length: 64 }, (_, i) => i / 10));
    expect(firstOf(`{"z": ${z}, "change": {"px": 1}, ${spot}, "mask": "none"}`).animal).toEqual({
      z: JSON.parse(z),
    });
  });

  it('takes a part by its name or its id, and skips empty lines', () => {
    const byId = '{"seed": 1, "change": {"px": 1}, "spots": [{"part": 3, "canonical": [0, 1, 0]}]}';
    const byName = byId.replace('3,', '"ear",');
    expect(readCases(`\n${byId}\n\n${byName}\n`)).toEqual([firstOf(byId), firstOf(byId)]);
  });

  it.each([
    ['', /no case/],
    ['{"seed": 1', /line 1.*JSON/],
    [`{"seed": 1, "change": {"yaw": 0.9}, ${spot}, "colour": 1}`, /line 1: colour is unknown/],
    [
      '{"seed": 1, "change": {"yaw": 0.9}, "spots": [{"part": "ear", "canonical": [0, 0, 0], "x": 1}]}',
      /spots\[0\]\.x is unknown/,
    ],
    [`{"seed": 1, "change": {"yaw": 0.9}, ${spot}, "mask": {"free": 9, "face": 9}}`, /mask/],
    [`{"seed": 1, "change": {"yaws": 0.9}, ${spot}}`, /change is no object of factors/],
    [`{"seed": 1, "change": {"yaw": 1.1}, ${spot}}`, /change is no object of factors/],
    [`{"seed": 1.5, "change": {"yaw": 1}, ${spot}}`, /seed is no whole number/],
    [`{"seed": -1, "change": {"yaw": 1}, ${spot}}`, /seed is not from 0/],
    [`{"change": {"yaw": 1}, ${spot}}`, /one of seed, z and factors/],
    [`{"seed": 1, "factors": {}, "change": {"yaw": 1}, ${spot}}`, /one of seed, z and factors/],
    [`{"z": [1, 2], "change": {"yaw": 1}, ${spot}}`, /z has not 64 entries/],
    ['{"seed": 1, "change": {"yaw": 1}, "spots": []}', /spots is empty/],
    [`{"seed": 1, "change": {"yaw": 1}, ${spot.replace('ear', 'tail')}}`, /part is none of fur/],
    [`{"seed": 1, "change": {"yaw": 1}, ${spot.replace('-0.7', '1e9')}}`, /not from -10 to 10/],
    [`{"seed": 1, "change": {}, ${spot}}`, /every spot has `by`/],
  ])('refuses %s', (line, message) => {
    expect(() => readCases(line)).toThrow(message);
  });

  it('names the line and the file', () => {
    expect(() => readCases(`{"seed": 1, "change": {"yaw": 1}, ${spot}}\n{}`, 'mine.jsonl')).toThrow(
      /mine\.jsonl.*line 2/,
    );
  });
});

describe('the cases of the repository', () => {
  const sets = caseSets.map((set) => readCases(readFileSync(caseFile(set), 'utf8')));

  it('are at least 200, and written as they are read', () => {
    expect(sets.flat().length).toBeGreaterThanOrEqual(200);
    expect(readCases(sets.flat().map(writeCase).join('\n'))).toEqual(sets.flat());
  });

  it('share no animal between two sets', () => {
    const seeds = sets.map((cases) => new Set(cases.map(({ animal }) => JSON.stringify(animal))));
    expect([...seeds[0]].filter((seed) => seeds[1].has(seed) || seeds[2].has(seed))).toEqual([]);
    expect([...seeds[1]].filter((seed) => seeds[2].has(seed))).toEqual([]);
  });
});
