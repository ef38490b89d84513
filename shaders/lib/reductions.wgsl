// Sums over the 64 invocations of a workgroup, in a fixed order, so that two runs give the same bits.

var<workgroup> partial_sums: array<vec4f, 64>;

/// The sum of `value` over the workgroup, known to all of its invocations.
fn workgroup_sum4(lane: u32, value: vec4f) -> vec4f {
  workgroupBarrier();
  partial_sums[lane] = value;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partial_sums[lane] += partial_sums[lane + half]; }
  }
  workgroupBarrier();
  return partial_sums[0];
}

fn workgroup_sum(lane: u32, value: f32) -> f32 { return workgroup_sum4(lane, vec4f(value, 0.0, 0.0, 0.0)).x; }
