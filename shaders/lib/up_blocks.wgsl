// How the up-sampling convolutions over lists find their weights and their cells. Needs lib/layout, lib/cells and
// lib/weights.

/// The weights of tap (a, b).
fn tap(a: u32, b: u32, input: u32, output: u32) -> mat4x4f {
  return weight_at(((a * 3u + b) * quads(params.inputs) + input) * quads(params.outputs) + output);
}

/// Number of groups of four cells (or blocks) of the list.
fn fours() -> u32 { return (cell_count() + 3u) / 4u; }

/// Where a cell of x lies, in pixels; 0xffffffff beyond the border.
fn cell_of_x(sample: u32, cell: vec2i) -> u32 {
  if (any(cell < vec2i()) || cell.x >= i32(params.height) || cell.y >= i32(params.width)) { return 0xffffffffu; }
  return (sample * params.height + u32(cell.x)) * params.width + u32(cell.y);
}
