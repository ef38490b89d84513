// conv3x3_cells for an input that modulate has multiplied by the styles already: a plain convolution over a list of cells.
//
//   u[n,o,y,x] = Σ_i Σ_ab W[o,i,a,b] · modulated[n,i,y+a−1,x+b−1]            zero outside the map
//
// forward   modulated (N,I,H,W), weight (O,I,3,3)   → u (N,O,H,W) at the listed cells
// backward  weight, d_u                             → d_modulated at the listed cells
// backward_weight  modulated, d_u                   → d_weight, summed over the listed cells
//
// Work is laid out as in conv3x3_cells. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights, lib/cell_gradients, lib/modulated_sums, lib/tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells_first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> modulated: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(4) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_u: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_weight: array<mat4x4f>;

fn modulated_at(sample: u32, pixel: u32, quad: u32) -> vec4f { return modulated[pixel * quads(params.inputs) + quad]; }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), output_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  let sums = sums_at(four, share.quad);
  for (var k = 0u; k < 4u; k++) {
    if (k < four.count) { u[neighbour(four.sample, four.cells[k], vec2i()) * output_quads + share.quad] = sums[k]; }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), input_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  let sums = gradients_at(four, share.quad);
  for (var k = 0u; k < 4u; k++) {
    if (k >= four.count) { return; }
    let at = neighbour(four.sample, four.cells[k], vec2i()) * input_quads + share.quad;
    d_modulated[at] = select(vec4f(), d_modulated[at], params.accumulate != 0u) + sums[k];
  }
}
