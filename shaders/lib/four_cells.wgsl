// Work on four cells of a list at a time: a 4×4 block of weights is read once for four cells, whichever they are. Needs
// lib/cells.

/// Four cells of the list for one sample; where the list ends, the last one again.
struct Four { sample: u32, cells: array<vec2u, 4>, count: u32 }

fn group_count() -> u32 { return params.samples * ((cell_count() + 3u) / 4u); }

fn four_cells(group: u32) -> Four {
  let groups = (cell_count() + 3u) / 4u;
  let first = 4u * (group % groups);
  var four = Four(group / groups, array<vec2u, 4>(), min(cell_count() - first, 4u));
  for (var k = 0u; k < 4u; k++) { four.cells[k] = cell_at(min(first + k, cell_count() - 1u)); }
  return four;
}

/// Where a cell's neighbour lies in its map, in pixels; 0xffffffff beyond the border.
fn neighbour(sample: u32, cell: vec2u, offset: vec2i) -> u32 {
  let at = vec2i(cell) + offset;
  if (any(at < vec2i()) || at.x >= i32(params.height) || at.y >= i32(params.width)) { return 0xffffffffu; }
  return (sample * params.height + u32(at.x)) * params.width + u32(at.y);
}
