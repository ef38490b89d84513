// The cells of every layer that tracking and the losses can read in an iteration, given the handles' positions before
// it.
//
// forward    positions (P,2), links, status, sampled_tiles (T,4)   → cell_lists
//
// Wherever in its window a handle is found, its patch lies within `radius` of it and is read one pixel further. The
// list of a FIR's input t is in blocks: block i is its rows (columns) 2i and 2i + 1. Once the drag has stopped the
// lists are empty. How lists are made: lib/cone. Source: SPEC §4.
// uses lib/resize_axis, lib/tiles, lib/cone, lib/status

struct Params { points: u32, height: u32, width: u32, image_height: u32, image_width: u32, radius: u32, tracking_radius: u32, tiles: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
@group(0) @binding(2) var<storage, read> status: Status;
@group(0) @binding(3) var<storage, read> links: array<Link>;
@group(0) @binding(4) var<storage, read> sampled_tiles: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> cell_lists: array<u32>;

fn pixels_around(position: f32) -> vec2i {
  let reach = i32(params.tracking_radius) + i32(params.radius) + 1;
  return vec2i(i32(position) - reach, i32(position) + reach - 1);
}

fn needed_cells(i: u32, list: u32) -> Rectangle {
  if (status.stopped != 0.0) { return empty; }
  if (i < params.points) { return rectangle_around(pixels_around(positions[i].x), pixels_around(positions[i].y), list); }
  let tile = sampled_tiles[i - params.points];
  if (tile.z == 0.0) { return empty; }
  return rectangle_of(tile, list);
}

@compute @workgroup_size(width)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (lane < rectangle_count()) {
    let rectangle = needed_cells(lane, id.x);
    rectangles[lane] = select(rectangle, rectangle / 2, links[id.x].kind == 2u && rectangle.x <= rectangle.y);
    rings[lane] = rectangles[lane];
  }
  write_list(id.x, lane);
}
