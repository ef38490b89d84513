// Point tracking: a handle moves to the pixel nearby that looks most like the handle did at first.
//
//   p_j ← the first in row-major order of  arg min ‖F(q) − f⁰_j‖        q in rows and columns p_j ± radius, in the image
//          q
//
// measure  features F (C,h,w), references f⁰ (P,C: remember.wgsl), positions (P,2)
//          → distances (P, 2·radius+1, 2·radius+1), squared
// nearest  distances, status → positions, in place; they stay once the drag has stopped
//
// F(q) is read on the map resized to the image (lib/resize). One workgroup a pixel of the window, whose invocations
// stride over the channels: windows are small and channels many. Source: Pan et al. 2023, section 3.3; SPEC §3.2.
// uses lib/layout, lib/reductions, lib/resize_axis, lib/resize, lib/status

struct Params { points: u32, channels: u32, height: u32, width: u32, image_height: u32, image_width: u32, radius: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> references: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> distances: array<f32>;
@group(0) @binding(4) var<storage, read_write> positions: array<vec2f>;
@group(0) @binding(5) var<storage, read> status: Status;

/// The distance of a pixel outside the image: larger than any other.
const outside = 3.4e38;

@compute @workgroup_size(64)
fn measure(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let window = 2u * params.radius + 1u;
  let group = linear_workgroup(id, count);
  let point = min(group / (window * window), params.points - 1u);
  let offset = vec2u(group / window % window, group % window);
  let pixel = vec2i(positions[point]) - i32(params.radius) + vec2i(offset);
  let inside = all(pixel >= vec2i()) && all(pixel < vec2i(i32(params.image_height), i32(params.image_width)));
  var sum = vec4f();
  if (inside) {
    let corners = resize_corners(vec2u(pixel));
    for (var quad = lane; quad < quads(params.channels); quad += 64u) {
      let difference = resized(corners, quad) - references[point * vector_stride(params.channels) / 4u + quad];
      sum += difference * difference;
    }
  }
  let squared = dot(workgroup_sum4(lane, sum), vec4f(1.0));
  if (lane == 0u && group < params.points * window * window) { distances[group] = select(outside, squared, inside); }
}

struct Candidate { distance: f32, at: u32 }

var<workgroup> candidates: array<Candidate, 64>;

fn nearer(a: Candidate, b: Candidate) -> bool { return a.distance < b.distance || (a.distance == b.distance && a.at < b.at); }

@compute @workgroup_size(64)
fn nearest(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let window = 2u * params.radius + 1u;
  // Where nothing can be compared (features that are NaN), the handle stays where it is.
  var best = Candidate(outside, window * window);
  for (var at = lane; at < window * window; at += 64u) {
    let candidate = Candidate(distances[id.x * window * window + at], at);
    if (candidate.distance < outside && nearer(candidate, best)) { best = candidate; }
  }
  candidates[lane] = best;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half && nearer(candidates[lane + half], candidates[lane])) { candidates[lane] = candidates[lane + half]; }
  }
  if (lane == 0u && status.stopped == 0.0 && candidates[0].at < window * window) {
    let offset = vec2f(f32(candidates[0].at / window), f32(candidates[0].at % window));
    positions[id.x] += offset - f32(params.radius);
  }
}
