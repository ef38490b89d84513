// Winograd's F(2×2,3×3): a tile of 2×2 pixels of a 3×3 convolution from 16 products for each pair of channels, where
// the direct sum takes 36.
//
//   tile = Aᵀ [ Σ_i (G w Gᵀ) ∘ (Bᵀ x̃ B) ] A          w: 3×3 weights of a pair, x̃: the 4×4 modulated cells around the tile
//
//        ⎡ 1 ·  −1 · ⎤        ⎡ 1  ·  · ⎤
//   Bᵀ = ⎢ · 1  1  · ⎥    G = ⎢ ½  ½  ½ ⎥    Aᵀ = ⎡ 1 1  1  · ⎤
//        ⎢ · −1 1  · ⎥        ⎢ ½ −½  ½ ⎥         ⎣ · 1 −1 −1 ⎦
//        ⎣ · 1  · −1 ⎦        ⎣ ·  ·  1 ⎦
//
// Entry points, in this order, for `tiles` tiles of each sample from `first_tile` on:
//
// transform_weights  weight (O,I,3,3)         → weights_of_taps (16,I/4,O/4): 4×4 blocks as those of weight
// transform_input    x (N,I,H,W), styles      → inputs_of_taps (16,I,N,tiles)
// multiply           both                     → products (16,O,N,tiles), the sums over i
//
// A tap is an element of the 4×4 matrices, row by row. Tiles at the right and lower border of odd maps reach beyond it.
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016. Needs lib/layout, lib/shares,
// lib/weights.

/// Number of tiles in all samples. Some may lie below the map: they are made of zeros and have no pixels.
fn all_tiles() -> u32 { return params.samples * params.tiles; }

fn tiles_in_row() -> u32 { return (params.width + 1u) / 2u; }

/// Row and column of a tile's first pixel.
fn tile_at(tile: u32) -> vec2u {
  let place = params.first_tile + tile % params.tiles;
  return 2u * vec2u(place / tiles_in_row(), place % tiles_in_row());
}

/// One column of G w Gᵀ for a 4×4 block of channels.
@compute @workgroup_size(64)
fn transform_weights(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pairs = quads(params.inputs) * quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let pair = index % pairs;
  let column = index / pairs;
  if (column >= 4u) { return; }
  var w: array<mat4x4f, 3>;
  for (var a = 0u; a < 3u; a++) {
    let left = weight_at((a * 3u) * pairs + pair);
    let middle = weight_at((a * 3u + 1u) * pairs + pair);
    let right = weight_at((a * 3u + 2u) * pairs + pair);
    switch (column) {
      case 0u: { w[a] = left; }
      case 1u: { w[a] = 0.5 * (left + middle + right); }
      case 2u: { w[a] = 0.5 * (left - middle + right); }
      default: { w[a] = right; }
    }
  }
  weights_of_taps[column * pairs + pair] = w[0];
  weights_of_taps[(4u + column) * pairs + pair] = 0.5 * (w[0] + w[1] + w[2]);
  weights_of_taps[(8u + column) * pairs + pair] = 0.5 * (w[0] - w[1] + w[2]);
  weights_of_taps[(12u + column) * pairs + pair] = w[2];
}

/// Bᵀ x̃ B for a tile and four channels.
@compute @workgroup_size(64)
fn transform_input(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let quad = index % input_quads;
  let tile = index / input_quads;
  if (tile >= all_tiles()) { return; }
  let sample = tile / params.tiles;
  let first = tile_at(tile);
  let style = styles[sample * vector_stride(params.inputs) / 4u + quad];
  var rows: array<array<vec4f, 4>, 4>;
  for (var b = 0u; b < 4u; b++) {
    // Dawn on lavapipe was seen to keep the last column where this has no initial value.
    var cells = array<vec4f, 4>();
    let column = first.y + b;
    for (var a = 0u; a < 4u; a++) {
      let row = first.x + a;
      if (row < 1u || row > params.height || column < 1u || column > params.width) { continue; }
      cells[a] = style * x[((sample * params.height + row - 1u) * params.width + column - 1u) * input_quads + quad];
    }
    let made = differences(cells);
    for (var a = 0u; a < 4u; a++) { rows[a][b] = made[a]; }
  }
  for (var a = 0u; a < 4u; a++) {
    let made = differences(rows[a]);
    for (var b = 0u; b < 4u; b++) { inputs_of_taps[((4u * a + b) * all_tiles() + tile) * input_quads + quad] = made[b]; }
  }
}

/// Bᵀ times a column.
fn differences(d: array<vec4f, 4>) -> array<vec4f, 4> { return array<vec4f, 4>(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]); }

/// The products of one tap for four tiles and four channels: a block of weights is read once for four tiles.
@compute @workgroup_size(64)
fn multiply(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let groups = (all_tiles() + 3u) / 4u;
  let index = linear_workgroup(id, count) * 64u + lane;
  let tap = index / (groups * output_quads);
  if (tap >= 16u) { return; }
  let share = share_of(index % (groups * output_quads), groups, output_quads);
  var from_tile: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) { from_tile[k] = (tap * all_tiles() + min(4u * share.group + k, all_tiles() - 1u)) * input_quads; }
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < most_steps; i++) {
    if (i >= input_quads) { break; }
    let w = weights_of_taps[(tap * input_quads + i) * output_quads + share.quad];
    for (var k = 0u; k < 4u; k++) { sums[k] += w * inputs_of_taps[from_tile[k] + i]; }
  }
  for (var k = 0u; k < 4u; k++) {
    let tile = 4u * share.group + k;
    if (tile < all_tiles()) { products[(tap * all_tiles() + tile) * output_quads + share.quad] = sums[k]; }
  }
}

/// Aᵀ m A for a tile and four channels: its pixels (0,0), (0,1), (1,0), (1,1).
fn pixels_of(tile: u32, quad: u32) -> array<vec4f, 4> {
  var upper: array<vec4f, 4>;
  var lower: array<vec4f, 4>;
  for (var b = 0u; b < 4u; b++) {
    var m: array<vec4f, 4>;
    for (var a = 0u; a < 4u; a++) { m[a] = products[((4u * a + b) * all_tiles() + tile) * quads(params.outputs) + quad]; }
    upper[b] = m[0] + m[1] + m[2];
    lower[b] = m[1] - m[2] - m[3];
  }
  return array<vec4f, 4>(
    upper[0] + upper[1] + upper[2], upper[1] - upper[2] - upper[3],
    lower[0] + lower[1] + lower[2], lower[1] - lower[2] - lower[3],
  );
}
