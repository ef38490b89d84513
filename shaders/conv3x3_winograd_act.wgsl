// conv3x3_winograd with bias_act in its last pass: u is never stored. Backward: conv3x3_cells and bias_act.
//
//   y = bias_act( Σ_i Σ_ab W[o,i,a,b] · s[n,i] · x[n,i,y+a−1,x+b−1] )
//
// transform_weights, transform_input, multiply                  as in conv3x3_winograd
// forward  products, demodulation (N,O), noise (H,W), bias (O)  → y (N,O,H,W)
//
// uses lib/layout, lib/shares, lib/weights, lib/winograd, lib/activation

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, tiles: u32, first_tile: u32, cells_first: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> styles: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(4) var<storage, read_write> weights_of_taps: array<mat4x4f>;
@group(0) @binding(5) var<storage, read_write> inputs_of_taps: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> products: array<vec4f>;
@group(0) @binding(7) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(8) var<storage, read> noise: array<f32>;
@group(0) @binding(9) var<storage, read> bias: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let quad = index % output_quads;
  let tile = index / output_quads;
  if (tile >= all_tiles()) { return; }
  let sample = tile / params.tiles;
  let pixels = pixels_of(tile, quad);
  for (var k = 0u; k < 4u; k++) {
    let at = tile_at(tile) + vec2u(k / 2u, k % 2u);
    if (at.x >= params.height || at.y >= params.width) { continue; }
    let pixel = at.x * params.width + at.y;
    let place = (sample * params.height * params.width + pixel) * output_quads + quad;
    y[place] = activated(pixels[k], sample, pixel, quad, params.outputs);
  }
}
