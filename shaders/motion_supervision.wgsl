// Motion supervision: the patch around each handle is pulled one step towards its target.
//
//   loss = Σ_points  mean over channels and patch pixels of |F(q + u) − stop_gradient(F(q))|
//
// forward   features F (C,h,w), positions (P,2), shifts (P,4: u, weight, ·)
//           → signs (P,C,2·radius,2·radius) = sign(F(q + u) − F(q)) · weight / C, zero outside the patch
//           → losses (P,2·radius,2·radius), each pixel's term
// total     losses → status.loss_motion
// backward  signs, positions, shifts → d_features[c,y,x] = Σ_points Σ_q ∂F(q + u)/∂features[y,x] · signs
//
// F is the map resized to the image (lib/resize), and F(q + u) is read bilinearly on it, zero outside the image: four
// pixels of four cells. Forward: one workgroup a pixel, whose invocations stride over the channels. Backward gathers:
// one invocation a cell and four channels adds up the pixels that read the cell, with separable weights, in a fixed
// order and without atomics. Source: Pan et al. 2023, eq. 1; SPEC §3.4.
// uses lib/layout, lib/cells, lib/reductions, lib/resize_axis, lib/resize, lib/patch, lib/status

struct Params { points: u32, channels: u32, height: u32, width: u32, image_height: u32, image_width: u32, radius: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> features: array<vec4f>;
@group(0) @binding(3) var<storage, read> positions: array<vec2f>;
@group(0) @binding(4) var<storage, read> shifts: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> signs: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(7) var<storage, read_write> status: Status;
@group(0) @binding(8) var<storage, read_write> d_features: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let box = 2u * params.radius;
  let group = linear_workgroup(id, count);
  let point = group / (box * box);
  if (point >= params.points) { return; }
  let pixel = patch_origin(positions[point]) + vec2i(vec2u(group / box % box, group % box));
  let shift = shifts[point];
  let scale = select(0.0, shift.z / f32(params.channels), in_patch(pixel, positions[point]));
  let here = resize_corners(nearest_pixel(pixel));
  let there = pixel + vec2i(floor(shift.xy));
  let fractions = shift.xy - floor(shift.xy);
  let neighbours = array(neighbour(there), neighbour(there + vec2i(0, 1)), neighbour(there + vec2i(1, 0)), neighbour(there + vec2i(1, 1)));
  var sum = vec4f();
  for (var quad = lane; quad < quads(params.channels); quad += 64u) {
    var difference = vec4f();
    if (scale > 0.0) {
      let upper = between(value(neighbours[0], quad), value(neighbours[1], quad), fractions.y);
      let lower = between(value(neighbours[2], quad), value(neighbours[3], quad), fractions.y);
      difference = between(upper, lower, fractions.x) - resized(here, quad);
    }
    signs[group * quads(params.channels) + quad] = scale * sign(difference);
    sum += abs(difference);
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u) { losses[group] = scale * dot(sum, vec4f(1.0)); }
}

/// One of the four pixels of a bilinear sample.
struct Neighbour { corners: Corners, inside: bool }

fn neighbour(pixel: vec2i) -> Neighbour {
  return Neighbour(resize_corners(nearest_pixel(pixel)), in_image(pixel));
}

/// The pixel of the image that is nearest to `pixel`, which may lie outside.
fn nearest_pixel(pixel: vec2i) -> vec2u { return vec2u(clamp(pixel, vec2i(), image_size() - 1)); }

fn value(pixel: Neighbour, quad: u32) -> vec4f { return select(vec4f(), resized(pixel.corners, quad), pixel.inside); }

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < params.points * 4u * params.radius * params.radius; i += 64u) { sum += losses[i]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { status.loss_motion = sum; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, 1u);
  if (!work.valid) { return; }
  let box = 2u * params.radius;
  let near_rows = reading_pixels(down_axis(), work.row);
  let near_columns = reading_pixels(across_axis(), work.column);
  var sum = vec4f();
  for (var point = 0u; point < params.points; point++) {
    let shift = shifts[point];
    if (shift.z == 0.0) { continue; }
    let origin = patch_origin(positions[point]);
    let rows = patch_pixels(down_axis(), near_rows, origin.x, shift.x);
    let columns = patch_pixels(across_axis(), near_columns, origin.y, shift.y);
    for (var i = rows.x; i < rows.y; i++) {
      let row_weight = shifted_weight(down_axis(), i, shift.x, work.row);
      for (var k = columns.x; k < columns.y; k++) {
        let at = (point * box + u32(i - origin.x)) * box + u32(k - origin.y);
        sum += row_weight * shifted_weight(across_axis(), k, shift.y, work.column) * signs[at * channel_quads + work.quad];
      }
    }
  }
  let at = (work.row * params.width + work.column) * channel_quads + work.quad;
  d_features[at] = select(vec4f(), d_features[at], params.accumulate != 0u) + sum;
}

/// The lower pixels of those bilinear samples that may read a cell, on one axis: first, and end (excluded).
fn reading_pixels(axis: Axis, cell: u32) -> vec2i {
  return vec2i(i32(first_pixel(axis, max(cell, 1u) - 1u)) - 1, i32(first_pixel(axis, cell + 1u)));
}

/// The pixels of a patch, in the image, whose samples have their lower pixel in `near`: first, and end (excluded).
fn patch_pixels(axis: Axis, near: vec2i, origin: i32, shift: f32) -> vec2i {
  let whole = i32(floor(shift));
  return vec2i(max(max(origin, 0), near.x - whole), min(min(origin + 2 * i32(params.radius), i32(axis.pixels)), near.y - whole));
}

/// The weight of a cell in F at pixel + shift, on one axis.
fn shifted_weight(axis: Axis, pixel: i32, shift: f32, cell: u32) -> f32 {
  let low = pixel + i32(floor(shift));
  let fraction = shift - floor(shift);
  var weight = 0.0;
  if (low >= 0 && low < i32(axis.pixels)) { weight += (1.0 - fraction) * cell_weight(resize_axis(axis, u32(low)), cell); }
  if (low + 1 >= 0 && low + 1 < i32(axis.pixels)) { weight += fraction * cell_weight(resize_axis(axis, u32(low + 1)), cell); }
  return weight;
}
