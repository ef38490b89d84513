// The gradient of the modulated input, for cells of a list: what conv3x3_up_cells and conv3x3_up_modulated share.
//
//   d_modulated[n,i,y,x] = Σ_o Σ_ab W[o,i,a,b] · d_t[n,o,2y+a,2x+b]
//
// Needs lib/layout, lib/cells, lib/weights, lib/up_blocks, and d_t.

/// The gradients of four cells of the list, from cell number `first` on, for four channels.
fn gradients_at(sample: u32, first: u32, quad: u32) -> array<vec4f, 4> {
  let output_quads = quads(params.outputs);
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  var from_t: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) {
    let cell = cell_at(min(first + k, cell_count() - 1u));
    from_t[k] = (sample * height + 2u * cell.x) * width + 2u * cell.y;
  }
  var sums: array<vec4f, 4>;
  for (var a = 0u; a < 3u; a++) {
    for (var b = 0u; b < 3u; b++) {
      for (var o = 0u; o < most_steps; o++) {
        if (o >= output_quads) { break; }
        let w = tap(a, b, quad, o);
        for (var k = 0u; k < 4u; k++) { sums[k] += d_t[(from_t[k] + a * width + b) * output_quads + o] * w; }
      }
    }
  }
  return sums;
}
