// Long sums for few cells, within a workgroup: its 256 invocations are four sets of 64 lanes. A set makes up to eight
// results, of four channels each; its lanes share out the terms of their sums, and the parts are added up in a fixed order
// in the workgroup's memory, so that no partial sum goes through the device's. Neighbouring lanes take neighbouring groups
// of four channels, which lie beside each other in a map.

const lanes = 64u;
const sets = 4u;

/// How the lanes share out nine taps and groups of four channels: where there are few such groups, lanes take different
/// taps as well.
struct LaneShare { first_tap: u32, taps_at_once: u32, tap_steps: u32, first_quad: u32, quads_at_once: u32, quad_steps: u32 }

fn lane_share(invocation: u32, quad_count: u32) -> LaneShare {
  let lane = invocation % lanes;
  let quads_at_once = clamp(1u << (32u - countLeadingZeros(quad_count - 1u)), 8u, lanes);
  let taps_at_once = lanes / quads_at_once;
  return LaneShare(
    lane / quads_at_once, taps_at_once, (9u + taps_at_once - 1u) / taps_at_once,
    lane % quads_at_once, quads_at_once, (quad_count + quads_at_once - 1u) / quads_at_once,
  );
}

/// Two results of every set, by lane; then the sums.
var<workgroup> lane_parts: array<vec4f, 512>;

/// Result k of set s, at s · (results of a set) + k.
var<workgroup> lane_sums: array<vec4f, 64>;

/// Adds up two results of each set: those that are results number 2·pair and 2·pair + 1 of `results`.
fn add_pair(invocation: u32, pair: u32, results: u32, a: vec4f, b: vec4f) {
  workgroupBarrier();
  lane_parts[invocation] = a;
  lane_parts[256u + invocation] = b;
  workgroupBarrier();
  // Eight invocations for each of the eight sums: first they add up eight parts each, then one of them these.
  let start = invocation / 8u % 8u * lanes + invocation % 8u;
  if (invocation < 64u) {
    var sum = lane_parts[start];
    for (var k = 1u; k < 8u; k++) { sum += lane_parts[start + 8u * k]; }
    lane_parts[start] = sum;
  }
  workgroupBarrier();
  if (invocation < 8u) {
    let whole = invocation * lanes;
    var sum = lane_parts[whole];
    for (var k = 1u; k < 8u; k++) { sum += lane_parts[whole + k]; }
    lane_sums[invocation % sets * results + 2u * pair + invocation / sets] = sum;
  }
}

/// Adds up the eight results of each set, which are then in `lane_sums`, for all invocations to read.
fn add_lanes(invocation: u32, parts: array<vec4f, 8>) {
  add_pair(invocation, 0u, 8u, parts[0], parts[1]);
  add_pair(invocation, 1u, 8u, parts[2], parts[3]);
  add_pair(invocation, 2u, 8u, parts[4], parts[5]);
  add_pair(invocation, 3u, 8u, parts[6], parts[7]);
  workgroupBarrier();
}
