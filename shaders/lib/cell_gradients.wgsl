// The gradient of the modulated input, for cells of a list: what conv3x3_cells and conv3x3_modulated share.
//
//   d_modulated[n,i,y,x] = Σ_o Σ_ab W[o,i,a,b] · d_u[n,o,y−a+1,x−b+1]            zero outside the map
//
// Needs lib/layout, lib/four_cells, lib/weights, and d_u.

fn gradients_at(four: Four, quad: u32) -> array<vec4f, 4> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let offset = 1 - vec2i(i32(tap / 3u), i32(tap % 3u));
    var from_u: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_u[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var o = 0u; o < most_steps; o++) {
      if (o >= output_quads) { break; }
      let w = weight_at((tap * input_quads + quad) * output_quads + o);
      for (var k = 0u; k < 4u; k++) {
        if (from_u[k] != 0xffffffffu) { sums[k] += d_u[from_u[k] * output_quads + o] * w; }
      }
    }
  }
  return sums;
}
