// What an iteration leaves behind, put beside what those before it left, so that the records of a submission come back in
// one copy.
//
//   records[turn] = positions (P,2), shifts (P,4), status, w, leaves, coordinates             turn ← turn + 1
//
// forward   positions, shifts, status, w (length words), leaves, coordinates, turn   → records (slots, words), turn
//
// Words are copied as they lie, padding included. Where nothing follows from other coordinates, `leaves_copied` and
// `coordinates_copied` are 0. One workgroup, since `turn` is written once all have read it; after the last slot comes the
// first again.

struct Params {
  points: u32, length: u32, leaves_copied: u32, coordinates_copied: u32, slots: u32, words: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<f32>;
@group(0) @binding(2) var<storage, read> shifts: array<f32>;
@group(0) @binding(3) var<storage, read> status: array<f32>;
@group(0) @binding(4) var<storage, read> w: array<f32>;
@group(0) @binding(5) var<storage, read> leaves: array<f32>;
@group(0) @binding(6) var<storage, read> coordinates: array<f32>;
@group(0) @binding(7) var<storage, read_write> turn: array<f32>;
@group(0) @binding(8) var<storage, read_write> records: array<f32>;

const status_words = 8u;

@compute @workgroup_size(256)
fn forward(@builtin(local_invocation_index) lane: u32) {
  var at = u32(turn[0]) % params.slots * params.words;
  for (var k = lane; k < 2u * params.points; k += 256u) { records[at + k] = positions[k]; }
  at += 2u * params.points;
  for (var k = lane; k < 4u * params.points; k += 256u) { records[at + k] = shifts[k]; }
  at += 4u * params.points;
  if (lane < status_words) { records[at + lane] = status[lane]; }
  at += status_words;
  for (var k = lane; k < params.length; k += 256u) { records[at + k] = w[k]; }
  at += params.length;
  for (var k = lane; k < params.leaves_copied; k += 256u) { records[at + k] = leaves[k]; }
  at += params.leaves_copied;
  for (var k = lane; k < params.coordinates_copied; k += 256u) { records[at + k] = coordinates[k]; }
  workgroupBarrier();
  if (lane == 0u) { turn[0] += 1.0; }
}
