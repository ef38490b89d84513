import type { Plan } from '../engine/graph/plan.ts';
import type { Step } from '../engine/graph/step.ts';
import { entryWork, totalWork, type Work } from '../engine/graph/work.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';

/** Cells of a list: to compute, and those with the ring around them. */
export interface CellCounts {
  readonly computed: number;
  readonly covered: number;
}

/** How many cells the lists of a plan hold now, by name. Lists of all cells are left out. */
export async function readCellCounts(
  plan: Plan,
  store: TensorStore,
): Promise<Map<string, CellCounts>> {
  const names = new Set(plan.steps.map(({ list }) => list));
  const counts = new Map<string, CellCounts>();
  for (const name of names) {
    if (name === undefined || !store.find(name)) continue;
    const [computed, covered] = new Uint32Array((await store.read(name)).buffer);
    counts.set(name, { computed, covered });
  }
  return counts;
}

/** The work of a step over the cells that its list really holds. */
export function stepWork(step: Step, counts: ReadonlyMap<string, CellCounts>): Work {
  const cells = step.list === undefined ? undefined : counts.get(step.list);
  // A step over all cells does the work that its plan states.
  if (!cells) return step;
  const { ring } = step.operation[step.direction][step.entry];
  const { computed } = cells;
  return entryWork(step, step.kernel.shader, { listed: ring ? cells.covered : computed, computed });
}

export const planWork = (plan: Plan, counts: ReadonlyMap<string, CellCounts>): Work =>
  totalWork(plan.steps.map((step) => stepWork(step, counts)));
