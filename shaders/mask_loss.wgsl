// The mask loss: the features under the mask should stay as they were at first.
//
//   loss = λ · mean over channels and the image's pixels of |F·m − F⁰·m|         m = 1: must stay
//
// forward   features F, first_features F⁰ (C,h,w), mask m (H,W)   → losses (h,8), sums over eighths of rows of cells
// total     losses                                                → status.loss_mask
// backward  features, first_features, mask                        → d_features (C,h,w)
//
// F and F⁰ are the maps resized to the image (lib/resize); as that is linear, F − F⁰ is resized. A cell owns the pixels
// whose lower cell it is; each of their values is interpolated between four cells. Forward: a workgroup's invocations
// stride over the channels and pixel rows of its cells; a row of pixels is interpolated down first, then across.
// Backward gathers: one invocation a cell and four channels reads the 3×3 cells around once, then goes through the
// pixels that read its cell, in a fixed order. Once the drag has stopped, loss and gradient are 0. Source: Pan et al.
// 2023, eq. 1; SPEC §3.5.
// uses lib/layout, lib/cells, lib/reductions, lib/resize_axis, lib/resize, lib/status

struct Params { channels: u32, height: u32, width: u32, image_height: u32, image_width: u32, lambda: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> features: array<vec4f>;
@group(0) @binding(3) var<storage, read> first_features: array<vec4f>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(6) var<storage, read_write> status: Status;
@group(0) @binding(7) var<storage, read_write> d_features: array<vec4f>;

/// F − F⁰ at a cell.
fn difference(row: u32, column: u32, quad: u32) -> vec4f {
  let at = (row * params.width + column) * quads(params.channels) + quad;
  return features[at] - first_features[at];
}

/// λ divided by the number of values in the mean; 0 once the drag has stopped.
fn scale() -> f32 {
  let values = f32(params.channels) * f32(params.image_height) * f32(params.image_width);
  return select(0.0, params.lambda / values, status.stopped == 0.0);
}

const segments = 8u;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let low = group / segments;
  let high = min(low + 1u, params.height - 1u);
  let begin = group % segments * params.width / segments;
  let cells = (group % segments + 1u) * params.width / segments - begin;
  let top = first_pixel(down_axis(), low);
  let channel_quads = quads(params.channels);
  let items = (first_pixel(down_axis(), low + 1u) - top) * cells * channel_quads;
  var sum = vec4f();
  for (var item = lane; item < items; item += 64u) {
    let quad = item % channel_quads;
    let column = begin + item / channel_quads % cells;
    let row = top + item / channel_quads / cells;
    let right = min(column + 1u, params.width - 1u);
    let down = fraction_from(down_axis(), low, row);
    let left_value = between(difference(low, column, quad), difference(high, column, quad), down);
    let right_value = between(difference(low, right, quad), difference(high, right, quad), down);
    for (var k = first_pixel(across_axis(), column); k < first_pixel(across_axis(), column + 1u); k++) {
      sum += abs(mask[row * params.image_width + k] * between(left_value, right_value, fraction_from(across_axis(), column, k)));
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && low < params.height) { losses[group] = dot(sum, vec4f(1.0)); }
}

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < params.height * segments; i += 64u) { sum += losses[i]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { status.loss_mask = scale() * sum; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, 1u);
  if (!work.valid) { return; }
  let axis = down_axis();
  let last = axis.cells - 1u;
  let above = line(max(work.row, 1u) - 1u, work);
  let here = line(work.row, work);
  let below = line(min(work.row + 1u, last), work);
  let first = first_pixels_around(work.column);
  let middle = first_pixel(axis, work.row);
  var sum = vec4f();
  // The first row of cells has no pixels above it.
  for (var i = select(first_pixel(axis, max(work.row, 1u) - 1u), middle, work.row == 0u); i < middle; i++) {
    let down = fraction_from(axis, work.row - 1u, i);
    sum += down * across(between_lines(above, here, down), i, work.column, first);
  }
  for (var i = middle; i < first_pixel(axis, work.row + 1u); i++) {
    let down = fraction_from(axis, work.row, i);
    // The last row of cells is its own lower neighbour.
    sum += select(1.0 - down, 1.0, work.row == last) * across(between_lines(here, below, down), i, work.column, first);
  }
  let at = (work.row * params.width + work.column) * channel_quads + work.quad;
  d_features[at] = select(vec4f(), d_features[at], params.accumulate != 0u) + scale() * sum;
}

/// F − F⁰ left of a cell, at it, and right of it.
struct Line { left: vec4f, here: vec4f, right: vec4f }

fn line(row: u32, work: CellWork) -> Line {
  let right = min(work.column + 1u, params.width - 1u);
  return Line(difference(row, max(work.column, 1u) - 1u, work.quad), difference(row, work.column, work.quad), difference(row, right, work.quad));
}

fn between_lines(a: Line, b: Line, fraction: f32) -> Line {
  return Line(between(a.left, b.left, fraction), between(a.here, b.here, fraction), between(a.right, b.right, fraction));
}

/// The first pixel of each of three cells: the one to the left, the cell itself, and the next.
fn first_pixels_around(column: u32) -> vec3u {
  let axis = across_axis();
  return vec3u(first_pixel(axis, max(column, 1u) - 1u), first_pixel(axis, column), first_pixel(axis, column + 1u));
}

/// Σ over a row's pixels of |m| · sign(F − F⁰) · their share in the cell: `first` from first_pixels_around.
fn across(values: Line, row: u32, column: u32, first: vec3u) -> vec4f {
  let axis = across_axis();
  var sum = vec4f();
  for (var k = select(first.x, first.y, column == 0u); k < first.y; k++) {
    let fraction = fraction_from(axis, column - 1u, k);
    sum += fraction * abs(mask[row * params.image_width + k]) * sign(between(values.left, values.here, fraction));
  }
  for (var k = first.y; k < first.z; k++) {
    let fraction = fraction_from(axis, column, k);
    let share = select(1.0 - fraction, 1.0, column == axis.cells - 1u);
    sum += share * abs(mask[row * params.image_width + k]) * sign(between(values.here, values.right, fraction));
  }
  return sum;
}
