// Which cells of every layer tracking and motion supervision can read in an iteration, from where the handles are before it.
//
// forward    positions (P,2), links, status   → cell_lists
//
// Wherever in its window a handle is found, its patch lies within `radius` of it and is read one pixel further. The list of
// a FIR's input t is in blocks: block i is its rows (columns) 2i and 2i + 1. Once the drag has stopped the lists are
// empty. How lists are made: lib/cone. Source: SPEC §4.
// uses lib/resize_axis, lib/cone, lib/status

struct Params { points: u32, side: u32, cells: u32, radius: u32, tracking_radius: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
@group(0) @binding(2) var<storage, read> status: Status;
@group(0) @binding(3) var<storage, read> links: array<Link>;
@group(0) @binding(4) var<storage, read_write> cell_lists: array<u32>;

fn pixels_around(position: f32) -> vec2i {
  let reach = i32(params.tracking_radius) + i32(params.radius) + 1;
  return vec2i(i32(position) - reach, i32(position) + reach - 1);
}

@compute @workgroup_size(width)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let position = positions[min(lane, params.points - 1u)];
  if (lane < params.points) {
    let rectangle = rectangle_around(pixels_around(position.x), pixels_around(position.y), id.x);
    rectangles[lane] = select(select(rectangle, rectangle / 2, links[id.x].kind == 2u), empty, status.stopped != 0.0);
    rings[lane] = rectangles[lane];
  }
  write_list(id.x, lane);
}
