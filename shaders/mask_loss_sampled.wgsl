// mask_loss, estimated from the tiles that sample_tiles has drawn: the same mean, a smaller dependency cone.
//
//   loss = λ / (channels · pixels of the image) · Σ_tiles weight · Σ over channels and the tile's pixels of |F·m − F⁰·m|
//
// forward   features F, first_features F⁰ (C,h,w), mask m (H,W), sampled_tiles (T,4)   → losses (T), each tile's
// total     losses                                                                    → status.loss_mask
// backward  features, first_features, mask, tile_weights                              → d_features (C,h,w)
//
// Maps are resized as in mask_loss. Forward: one workgroup a tile, whose invocations stride over its cells and
// channels. Backward gathers: one invocation a cell and four channels goes through the pixels of the four cells whose
// pixels read it, but only in sampled tiles: elsewhere features may be stale. Source: Pan et al. 2023, eq. 1; SPEC
// §3.5.
// uses lib/layout, lib/cells, lib/reductions, lib/resize_axis, lib/resize, lib/tiles, lib/status

struct Params { channels: u32, height: u32, width: u32, image_height: u32, image_width: u32, tiles: u32, tile_columns: u32, lambda: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> features: array<vec4f>;
@group(0) @binding(3) var<storage, read> first_features: array<vec4f>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> sampled_tiles: array<vec4f>;
@group(0) @binding(6) var<storage, read> tile_weights: array<f32>;
@group(0) @binding(7) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<storage, read_write> status: Status;
@group(0) @binding(9) var<storage, read_write> d_features: array<vec4f>;

/// λ divided by the number of values in the mean; 0 once the drag has stopped.
fn scale() -> f32 {
  let values = f32(params.channels) * f32(params.image_height) * f32(params.image_width);
  return select(0.0, params.lambda / values, status.stopped == 0.0);
}

fn map_size() -> vec2u { return vec2u(params.height, params.width); }

/// F − F⁰ at the four cells around the pixels of a cell.
struct Surroundings { upper_left: vec4f, upper_right: vec4f, lower_left: vec4f, lower_right: vec4f }

fn surroundings(cell: vec2u, quad: u32) -> Surroundings {
  let next = min(cell + 1u, map_size() - 1u);
  return Surroundings(
    difference(cell.x, cell.y, quad), difference(cell.x, next.y, quad),
    difference(next.x, cell.y, quad), difference(next.x, next.y, quad),
  );
}

fn difference(row: u32, column: u32, quad: u32) -> vec4f {
  let at = (row * params.width + column) * quads(params.channels) + quad;
  return features[at] - first_features[at];
}

fn value_at(around: Surroundings, down: f32, across: f32) -> vec4f {
  let left = between(around.upper_left, around.lower_left, down);
  return between(left, between(around.upper_right, around.lower_right, down), across);
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let tile = sampled_tiles[min(group, params.tiles - 1u)];
  let channel_quads = quads(params.channels);
  let items = select(0u, tile_side * tile_side * channel_quads, tile.z > 0.0);
  var sum = vec4f();
  for (var item = lane; item < items; item += 64u) {
    let nth = item / channel_quads;
    let cell = vec2u(tile.xy) + vec2u(nth / tile_side, nth % tile_side);
    if (any(cell >= map_size())) { continue; }
    let around = surroundings(cell, item % channel_quads);
    for (var i = first_pixel(down_axis(), cell.x); i < first_pixel(down_axis(), cell.x + 1u); i++) {
      let down = fraction_from(down_axis(), cell.x, i);
      for (var k = first_pixel(across_axis(), cell.y); k < first_pixel(across_axis(), cell.y + 1u); k++) {
        sum += abs(mask[i * params.image_width + k] * value_at(around, down, fraction_from(across_axis(), cell.y, k)));
      }
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && group < params.tiles) { losses[group] = tile.z * dot(sum, vec4f(1.0)); }
}

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < params.tiles; i += 64u) { sum += losses[i]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { status.loss_mask = scale() * sum; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, 1u);
  if (!work.valid) { return; }
  let cell = vec2u(work.row, work.column);
  var sum = vec4f();
  for (var nth = 0u; nth < 4u; nth++) {
    // Its own pixels, and those of the cells above it and to its left, of which it is the lower or the right neighbour.
    let back = vec2u(nth / 2u, nth % 2u);
    if (any(back > cell)) { continue; }
    let owner = cell - back;
    let tile = owner / tile_side;
    let weight = tile_weights[tile.x * params.tile_columns + tile.y];
    if (weight > 0.0) { sum += weight * owned_pixels(owner, back == vec2u(1u), work.quad); }
  }
  let at = (work.row * params.width + work.column) * channel_quads + work.quad;
  d_features[at] = select(vec4f(), d_features[at], params.accumulate != 0u) + scale() * sum;
}

/// Σ over the pixels of the cell `owner` of |m| · sign(F − F⁰) · their share in it, or in its lower (right) neighbour.
fn owned_pixels(owner: vec2u, neighbour: vec2<bool>, quad: u32) -> vec4f {
  let around = surroundings(owner, quad);
  var sum = vec4f();
  for (var i = first_pixel(down_axis(), owner.x); i < first_pixel(down_axis(), owner.x + 1u); i++) {
    let down = fraction_from(down_axis(), owner.x, i);
    for (var k = first_pixel(across_axis(), owner.y); k < first_pixel(across_axis(), owner.y + 1u); k++) {
      let across = fraction_from(across_axis(), owner.y, k);
      let share = abs(mask[i * params.image_width + k]) * share_of(down_axis(), owner.x, neighbour.x, down) * share_of(across_axis(), owner.y, neighbour.y, across);
      sum += share * sign(value_at(around, down, across));
    }
  }
  return sum;
}

/// A pixel's share in its cell, or in the next one if `neighbour`, on one axis. The last cell is its own neighbour.
fn share_of(axis: Axis, owner: u32, neighbour: bool, fraction: f32) -> f32 {
  return select(select(1.0 - fraction, 1.0, owner == axis.cells - 1u), fraction, neighbour);
}
