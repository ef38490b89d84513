// Several calls of an operation in one dispatch: a table says where the tensors of each begin, and which workgroups work
// on it (src/engine/graph/batch_tables.ts). Needs members: array<Member>, whose first field is `first`, and Params.

/// Which member a workgroup works on; uniform.
fn member_of(group: u32) -> u32 {
  var found = 0u;
  let count = params.members;
  for (var k = 1u; k < most_steps; k++) {
    if (k >= count) { break; }
    if (group >= members[k].first) { found = k; }
  }
  return found;
}

/// The gradients of 64 inputs by 256 invocations: each adds up a quarter of the outputs. The four sums in order, for the
/// invocations of the first quarter.
var<workgroup> quarters: array<f32, 256>;

fn sum_of_quarters(lane: u32, sum: f32) -> f32 {
  quarters[lane] = sum;
  workgroupBarrier();
  let input = lane % 64u;
  return (quarters[input] + quarters[64u + input]) + (quarters[128u + input] + quarters[192u + input]);
}
