// The mask loss: what the mask covers should stay as it was at first.
//
//   loss = λ · mean over channels and the image's pixels of |F·m − F⁰·m|         m = 1: must stay
//
// forward   features F, first_features F⁰ (C,n,n), mask m (H,H)   → losses (n,n), the sums of each cell's pixels
// total     losses                                                → status.loss_mask
// backward  features, first_features, mask                        → d_features (C,n,n)
//
// F and F⁰ are the maps resized to the image (lib/resize); as that is linear, F − F⁰ is resized. A pixel's values lie
// between four cells. Forward: one workgroup for the pixels whose lower cell is its cell, whose invocations stride
// over rows of pixels and channels; a row is interpolated down first, then across. Backward gathers: one invocation a
// cell and four channels reads the 3×3 cells around once, then goes through the pixels around the cell, in a fixed
// order. Once the drag has stopped, loss and gradient are 0. Source: Pan et al. 2023, eq. 1; SPEC §3.5.
// uses lib/layout, lib/tiles, lib/reductions, lib/resize, lib/status

struct Params { channels: u32, cells: u32, side: u32, lambda: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tiles: array<u32>;
@group(0) @binding(2) var<storage, read> features: array<vec4f>;
@group(0) @binding(3) var<storage, read> first_features: array<vec4f>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(6) var<storage, read_write> status: Status;
@group(0) @binding(7) var<storage, read_write> d_features: array<vec4f>;

/// F − F⁰ at a cell.
fn difference(row: u32, column: u32, quad: u32) -> vec4f {
  let at = (row * params.cells + column) * quads(params.channels) + quad;
  return features[at] - first_features[at];
}

/// λ over the number of values of the mean; 0 once the drag has stopped.
fn scale() -> f32 {
  let side = f32(params.side);
  return select(0.0, params.lambda / (f32(params.channels) * side * side), status.stopped == 0.0);
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let cell = linear_workgroup(id, count);
  let column = cell % params.cells;
  let right = min(column + 1u, params.cells - 1u);
  let top = first_pixel(cell / params.cells);
  let channel_quads = quads(params.channels);
  let items = (first_pixel(cell / params.cells + 1u) - top) * channel_quads;
  var sum = vec4f();
  for (var item = lane; item < items; item += 64u) {
    let quad = item % channel_quads;
    let row = top + item / channel_quads;
    let axis = resize_axis(row);
    let left_value = between(difference(axis.low, column, quad), difference(axis.high, column, quad), axis.fraction);
    let right_value = between(difference(axis.low, right, quad), difference(axis.high, right, quad), axis.fraction);
    for (var k = first_pixel(column); k < first_pixel(column + 1u); k++) {
      sum += abs(mask[row * params.side + k] * between(left_value, right_value, resize_axis(k).fraction));
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && cell < params.cells * params.cells) { losses[cell] = dot(sum, vec4f(1.0)); }
}

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var cell = lane; cell < params.cells * params.cells; cell += 64u) { sum += losses[cell]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { status.loss_mask = scale() * sum; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = pixel_work(linear_workgroup(id, count) * 64u + lane, channel_quads, 1u, params.cells, params.cells);
  if (!work.valid) { return; }
  let last = params.cells - 1u;
  let rows = vec3u(max(work.row, 1u) - 1u, work.row, min(work.row + 1u, last));
  let columns = vec3u(max(work.column, 1u) - 1u, work.column, min(work.column + 1u, last));
  var around: array<vec4f, 9>;
  for (var a = 0u; a < 3u; a++) {
    for (var b = 0u; b < 3u; b++) { around[3u * a + b] = difference(rows[a], columns[b], work.quad); }
  }
  var sum = vec4f();
  // The pixels between the row of cells above and this one, then those between this one and the row below; at the
  // map's first row the former are none.
  for (var a = select(0u, 1u, work.row == 0u); a < 2u; a++) {
    for (var i = first_pixel(rows[a]); i < first_pixel(rows[a] + 1u); i++) {
      let axis = resize_axis(i);
      var values: array<vec4f, 3>;
      for (var b = 0u; b < 3u; b++) { values[b] = between(around[3u * a + b], around[3u * a + 3u + b], axis.fraction); }
      var across = vec4f();
      for (var b = select(0u, 1u, work.column == 0u); b < 2u; b++) {
        for (var k = first_pixel(columns[b]); k < first_pixel(columns[b] + 1u); k++) {
          let column_axis = resize_axis(k);
          let m = abs(mask[i * params.side + k]);
          across += m * cell_weight(column_axis, work.column) * sign(between(values[b], values[b + 1u], column_axis.fraction));
        }
      }
      sum += cell_weight(axis, work.row) * across;
    }
  }
  let at = (work.row * params.cells + work.column) * channel_quads + work.quad;
  d_features[at] = select(vec4f(), d_features[at], params.accumulate != 0u) + scale() * sum;
}
