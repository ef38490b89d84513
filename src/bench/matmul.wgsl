// Plain matrix product C = A · B of three square f32 matrices, row-major: what this adapter can do at best with the
// plainest of kernels, to which convolutions are compared.
//
// direct   each invocation takes 4 rows × 4 columns of C and reads A and B as vec4 from memory: processors with caches
// tiled    a workgroup takes 64×64 of C and stages 64×16 of A and 16×64 of B in workgroup memory: graphics cards

struct Params { size: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

/// Four rows and four columns more: column k of `left` times row k of `right`, for a 4×4 block of C in rows.
fn add_product(sum: mat4x4f, rows: mat4x4f, right: mat4x4f) -> mat4x4f {
  return mat4x4f(sum[0] + right * rows[0], sum[1] + right * rows[1], sum[2] + right * rows[2], sum[3] + right * rows[3]);
}

@compute @workgroup_size(64)
fn direct(@builtin(global_invocation_id) id: vec3u) {
  let quads = params.size / 4u;
  let row = 4u * (id.x / quads);
  let column = id.x % quads;
  if (row >= params.size) { return; }
  var sum = mat4x4f();
  for (var k = 0u; k < quads; k++) {
    let at = row * quads + k;
    let rows = mat4x4f(a[at], a[at + quads], a[at + 2u * quads], a[at + 3u * quads]);
    let below = 4u * k * quads + column;
    sum = add_product(sum, rows, mat4x4f(b[below], b[below + quads], b[below + 2u * quads], b[below + 3u * quads]));
  }
  for (var i = 0u; i < 4u; i++) { c[(row + i) * quads + column] = sum[i]; }
}

const depth = 4u;
var<workgroup> a_tile: array<array<vec4f, depth>, 64>;
var<workgroup> b_tile: array<array<vec4f, 16>, 16>;

@compute @workgroup_size(256)
fn tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = params.size / 4u;
  let across = params.size / 64u;
  let first_row = 64u * (group.x / across);
  let first_column = 16u * (group.x % across);
  let row = lane / 16u;
  let column = lane % 16u;
  var sum = mat4x4f();
  for (var k = 0u; k < quads; k += depth) {
    a_tile[lane / depth][lane % depth] = a[(first_row + lane / depth) * quads + k + lane % depth];
    b_tile[row][column] = b[(4u * k + row) * quads + first_column + column];
    workgroupBarrier();
    for (var j = 0u; j < depth; j++) {
      let rows = mat4x4f(a_tile[4u * row][j], a_tile[4u * row + 1u][j], a_tile[4u * row + 2u][j], a_tile[4u * row + 3u][j]);
      sum = add_product(sum, rows, mat4x4f(b_tile[4u * j][column], b_tile[4u * j + 1u][column], b_tile[4u * j + 2u][column], b_tile[4u * j + 3u][column]));
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) { c[(first_row + 4u * row + i) * quads + first_column + column] = sum[i]; }
}
