// conv3x3_up_cells for an input that modulate has multiplied by the styles already: a plain transposed convolution with
// stride 2 over a list of blocks of 2×2 pixels.
//
//   t[n,o,2i+a,2j+b] += Σ_c W[o,c,a,b] · modulated[n,c,i,j]
//
// forward   modulated (N,I,H,W), weight (O,I,3,3)   → t (N,O,2H+1,2W+1) at the listed blocks
// backward  weight, d_t                             → d_modulated at the listed cells
// backward_weight  modulated, d_t                   → d_weight, summed over the listed cells
//
// Work is laid out as in conv3x3_up_cells. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/shares, lib/weights, lib/up_gradients, lib/up_blocks, lib/up_tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells_first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> modulated: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(4) var<storage, read_write> t: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_t: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_weight: array<mat4x4f>;

fn modulated_at(sample: u32, pixel: u32, quad: u32) -> vec4f { return modulated[pixel * quads(params.inputs) + quad]; }

fn store(sample: u32, pixel: vec2u, quad: u32, value: vec4f) {
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  if (pixel.x < height && pixel.y < width) {
    t[((sample * height + pixel.x) * width + pixel.y) * quads(params.outputs) + quad] = value;
  }
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  // Parities count as further channels.
  let share = share_of(linear_workgroup(id, count) * 64u + lane, params.samples * fours(), 4u * output_quads);
  if (!share.valid) { return; }
  let o = share.quad % output_quads;
  let parity = vec2u(share.quad / output_quads / 2u, share.quad / output_quads % 2u);
  let sample = share.group / fours();
  let first = 4u * (share.group % fours());
  var sums: array<vec4f, 4>;
  var blocks: array<vec2u, 4>;
  for (var k = 0u; k < 4u; k++) { blocks[k] = cell_at(min(first + k, cell_count() - 1u)); }
  let tap_rows = 2u - parity.x;
  let tap_columns = 2u - parity.y;
  for (var tap_row = 0u; tap_row < 2u; tap_row++) {
    if (tap_row >= tap_rows) { break; }
    let a = parity.x + 2u * tap_row;
    for (var tap_column = 0u; tap_column < 2u; tap_column++) {
      if (tap_column >= tap_columns) { break; }
      let b = parity.y + 2u * tap_column;
      var from_modulated: array<u32, 4>;
      for (var k = 0u; k < 4u; k++) { from_modulated[k] = cell_of_x(sample, vec2i(blocks[k]) - vec2i(vec2u(a, b) / 2u)); }
      for (var c = 0u; c < most_steps; c++) {
        if (c >= input_quads) { break; }
        let w = tap(a, b, c, o);
        for (var k = 0u; k < 4u; k++) {
          if (from_modulated[k] != 0xffffffffu) { sums[k] += w * modulated[from_modulated[k] * input_quads + c]; }
        }
      }
    }
  }
  for (var k = 0u; k < 4u; k++) {
    if (first + k < cell_count()) { store(sample, 2u * blocks[k] + parity, o, sums[k]); }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, params.samples * fours(), input_quads);
  if (!share.valid) { return; }
  let sample = share.group / fours();
  let first = 4u * (share.group % fours());
  let sums = gradients_at(sample, first, share.quad);
  for (var k = 0u; k < 4u; k++) {
    if (first + k >= cell_count()) { return; }
    let cell = cell_at(first + k);
    let pixel = (sample * params.height + cell.x) * params.width + cell.y;
    let at = pixel * input_quads + share.quad;
    d_modulated[at] = select(vec4f(), d_modulated[at], params.accumulate != 0u) + sums[k];
  }
}
