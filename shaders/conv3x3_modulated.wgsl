// conv3x3_cells for an input that modulate has multiplied by the styles already: a plain convolution over a list of cells.
//
//   u[n,o,y,x] = Σ_i Σ_ab W[o,i,a,b] · modulated[n,i,y+a−1,x+b−1]            zero outside the map
//
// forward   modulated (N,I,H,W), weight (O,I,3,3)   → u (N,O,H,W) at the listed cells
// backward  weight, d_u                             → d_modulated at the listed cells
//
// Work is laid out as in conv3x3_cells. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells_first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> modulated: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(4) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_u: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_modulated: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), output_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
    var from_modulated: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_modulated[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var i = 0u; i < input_quads; i++) {
      let w = weight_at((tap * input_quads + i) * output_quads + share.quad);
      for (var k = 0u; k < 4u; k++) {
        if (from_modulated[k] != 0xffffffffu) { sums[k] += w * modulated[from_modulated[k] * input_quads + i]; }
      }
    }
  }
  for (var k = 0u; k < four.count; k++) {
    u[neighbour(four.sample, four.cells[k], vec2i()) * output_quads + share.quad] = sums[k];
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), input_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let offset = 1 - vec2i(i32(tap / 3u), i32(tap % 3u));
    var from_u: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_u[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var o = 0u; o < output_quads; o++) {
      let w = weight_at((tap * input_quads + share.quad) * output_quads + o);
      for (var k = 0u; k < 4u; k++) {
        if (from_u[k] != 0xffffffffu) { sums[k] += d_u[from_u[k] * output_quads + o] * w; }
      }
    }
  }
  for (var k = 0u; k < four.count; k++) {
    let at = neighbour(four.sample, four.cells[k], vec2i()) * input_quads + share.quad;
    d_modulated[at] = select(vec4f(), d_modulated[at], params.accumulate != 0u) + sums[k];
  }
}
