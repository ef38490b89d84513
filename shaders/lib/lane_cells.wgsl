// Which cells and which four channels a workgroup of lib/lanes makes: 32 cells of a list, eight a set. Neighbouring
// workgroups take neighbouring channels of the same cells. Needs lib/layout, lib/cells, lib/lanes.

/// `cells_from`: the number in the list of the workgroup's first cell.
struct LaneWork { sample: u32, quad: u32, cells_from: u32, valid: bool }

fn lane_work(group: u32, quad_count: u32) -> LaneWork {
  let groups = (cell_count() + 31u) / 32u;
  let part = group / quad_count;
  let sample = part / max(groups, 1u);
  return LaneWork(sample, group % quad_count, 32u * (part % max(groups, 1u)), groups > 0u && sample < params.samples);
}

/// The number in the list of the first cell of an invocation's set.
fn set_from(work: LaneWork, invocation: u32) -> u32 { return work.cells_from + 8u * (invocation / lanes); }

/// Cells k to k + 7 of the list; where it ends, the last one again.
fn eight_cells(k: u32) -> array<vec2u, 8> {
  let last = cell_count() - 1u;
  return array(
    cell_at(min(k, last)), cell_at(min(k + 1u, last)), cell_at(min(k + 2u, last)), cell_at(min(k + 3u, last)),
    cell_at(min(k + 4u, last)), cell_at(min(k + 5u, last)), cell_at(min(k + 6u, last)), cell_at(min(k + 7u, last)),
  );
}

/// A cell's neighbour: where it lies in the maps of all samples, and 1; beyond the border a neighbour within, and 0.
struct Near { pixel: u32, factor: f32 }

fn near(sample: u32, cell: vec2u, offset: vec2i) -> Near {
  let at = vec2i(cell) + offset;
  let inside = clamp(at, vec2i(), vec2i(i32(params.height), i32(params.width)) - 1);
  let pixel = (sample * params.height + u32(inside.x)) * params.width + u32(inside.y);
  return Near(pixel, select(0.0, 1.0, all(at == inside)));
}
