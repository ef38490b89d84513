// Draws the tiles of the feature map from which an iteration estimates the mask loss.
//
//   from each of T runs of candidates, as equal in length as can be, one tile, with weight 1 / probability = the run's length
//
// forward  candidates: their number, then the tiles (counted row by row) that have a pixel of the mask; status
//          → sampled_tiles (T,4) = its first row and column of cells, weight, 0; weight 0 where there are fewer candidates
//          → tile_weights (tile_rows,tile_columns): the weights by tile, 0 where a tile is not sampled
//
// The expected value of Σ weight · (a tile's loss) is the whole mask's loss; the same holds for the gradient. Runs
// spread the tiles over the mask, which leaves less variance than drawing each from all candidates. With as many tiles
// as candidates all are taken, with weight 1. Random numbers are a hash of (seed, iteration, run), so a seed always
// gives the same drag. Once the drag has stopped there are no tiles. Source of the hash (pcg3d): Jarzynski and Olano
// 2020, JCGT 9(3).
// uses lib/tiles, lib/status

struct Params { tiles: u32, tile_rows: u32, tile_columns: u32, seed: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> candidates: array<f32>;
@group(0) @binding(2) var<storage, read> status: Status;
@group(0) @binding(3) var<storage, read_write> sampled_tiles: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> tile_weights: array<f32>;

fn hash(key: vec3u) -> u32 {
  var v = key * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  return v.x;
}

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) lane: u32) {
  for (var tile = lane; tile < params.tile_rows * params.tile_columns; tile += 64u) { tile_weights[tile] = 0.0; }
  storageBarrier();
  let count = select(u32(candidates[0]), 0u, status.stopped != 0.0);
  let runs = min(params.tiles, count);
  for (var run = lane; run < params.tiles; run += 64u) {
    var sample = vec4f();
    if (run < runs) {
      let begin = run * count / runs;
      let length = (run + 1u) * count / runs - begin;
      let chosen = begin + hash(vec3u(params.seed, u32(status.iteration), run)) % length;
      let tile = u32(candidates[1u + chosen]);
      let first = vec2u(tile / params.tile_columns, tile % params.tile_columns) * tile_side;
      sample = vec4f(vec2f(first), f32(length), 0.0);
      tile_weights[tile] = f32(length);
    }
    sampled_tiles[run] = sample;
  }
}
