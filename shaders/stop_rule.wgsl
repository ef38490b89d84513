// The stop rule, and each point's shift and weight for motion supervision.
//
//   D = target − handle      stop when every ‖D‖ ≤ stop_distance · max(H/512, 1), H the larger side
//   u = D / (‖D‖ + 1e-7) for points with ‖D‖ > 1
//
// forward  positions, targets (P,2)   → shifts (P,4) = u_row, u_column, 1 / (pixels of the patch), ‖D‖
//                                     → status: stopped, moved, distance; both losses 0, which the loss kernels fill
//
// A point that is not moved, and every point once the drag has stopped, has u = 0 and weight 0: its loss and gradient
// are 0. One workgroup, which counts the patches one after the other. Source: Pan et al. 2023, section 3.2; SPEC
// §3.3-4.
// uses lib/patch, lib/reductions, lib/status

struct Params { points: u32, image_height: u32, image_width: u32, radius: u32, stop_distance: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
@group(0) @binding(2) var<storage, read> targets: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> shifts: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> status: Status;

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) lane: u32) {
  let limit = params.stop_distance * max(f32(max(params.image_height, params.image_width)) / 512.0, 1.0);
  // Points that keep the drag going, points that are moved, and the sum of the distances.
  var counts = vec4f();
  for (var point = lane; point < params.points; point += 64u) {
    let way = targets[point] - positions[point];
    let distance = length(way);
    let squared = dot(way, way);
    counts += vec4f(select(0.0, 1.0, squared > limit * limit), select(0.0, 1.0, squared > 1.0), distance, 0.0);
  }
  counts = workgroup_sum4(lane, counts);
  let stopped = counts.x == 0.0;
  for (var point = 0u; point < params.points; point++) {
    let pixels = patch_pixels(point, lane);
    if (lane == 0u) {
      let way = targets[point] - positions[point];
      let moved = !stopped && dot(way, way) > 1.0 && pixels > 0.0;
      shifts[point] = select(vec4f(), vec4f(way / (length(way) + 1e-7), 1.0 / max(pixels, 1.0), 0.0), moved);
      shifts[point].w = length(way);
    }
  }
  if (lane == 0u) {
    status.stopped = select(0.0, 1.0, stopped);
    status.moved = counts.y;
    status.distance = counts.z / f32(params.points);
    status.loss_motion = 0.0;
    status.loss_mask = 0.0;
  }
}

fn patch_pixels(point: u32, lane: u32) -> f32 {
  let box = 2u * params.radius;
  let origin = patch_origin(positions[point]);
  var count = 0.0;
  for (var at = lane; at < box * box; at += 64u) {
    let pixel = origin + vec2i(vec2u(at / box, at % box));
    count += select(0.0, 1.0, in_patch(pixel, positions[point]));
  }
  return workgroup_sum(lane, count);
}
