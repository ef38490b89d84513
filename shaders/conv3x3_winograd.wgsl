// conv3x3 over a whole map with 16 products for each 2×2 pixels instead of 36: Winograd's F(2×2,3×3). Forward only: the
// backward pass is that of conv3x3_cells.
//
//   u[n,o,y,x] = Σ_i Σ_ab W[o,i,a,b] · s[n,i] · x[n,i,y+a−1,x+b−1]            zero outside the map
//
// transform_weights  weight (O,I,3,3)                     → weights_of_taps
// transform_input    x (N,I,H,W), styles (N,I)            → inputs_of_taps
// multiply           weights_of_taps, inputs_of_taps      → products
// forward            products                             → u (N,O,H,W)
//
// The formulas are in lib/winograd. Three of the four passes move data, which pays where there are many channels. The
// weights are transformed in each run: where there are many cells that costs little, and they can be stored in f16.
// Source: SPEC §2.
// uses lib/layout, lib/shares, lib/weights, lib/winograd

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, tiles: u32, first_tile: u32, cells_first: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> styles: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(4) var<storage, read_write> weights_of_taps: array<mat4x4f>;
@group(0) @binding(5) var<storage, read_write> inputs_of_taps: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> products: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> u: array<vec4f>;

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
    u[((sample * params.height + at.x) * params.width + at.y) * output_quads + quad] = pixels[k];
  }
}
