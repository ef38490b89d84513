// The cells of every layer that can have a nonzero gradient: those of the feature map that a loss reads, and the cells
// below that they depend on.
//
// forward    positions (P,2), shifts (P,4), sampled_tiles (T,4), links   → cell_lists, each followed by its ring
//
// The ring of a list is the cells around it that the kernel of the next link reads although no gradient reaches them;
// its width is in the link. A point that is not moved has no gradient, and none has one once the drag has stopped. How
// lists are made: lib/cone. Source: SPEC §4.
// uses lib/resize_axis, lib/tiles, lib/cone

struct Params { points: u32, height: u32, width: u32, image_height: u32, image_width: u32, radius: u32, tiles: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
@group(0) @binding(2) var<storage, read> shifts: array<vec4f>;
@group(0) @binding(3) var<storage, read> links: array<Link>;
@group(0) @binding(4) var<storage, read> sampled_tiles: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> cell_lists: array<u32>;

/// The first and last pixel that a shifted patch reads, on one axis.
fn patch_pixels(position: f32, shift: f32) -> vec2i {
  let first = i32(position) - i32(params.radius) + i32(floor(shift));
  return vec2i(first, first + 2 * i32(params.radius) - 1 + i32(ceil(shift) - floor(shift)));
}

fn reached_cells(i: u32, list: u32) -> Rectangle {
  if (i >= params.points) {
    let tile = sampled_tiles[i - params.points];
    if (tile.z == 0.0) { return empty; }
    return rectangle_of(tile, list);
  }
  // A point that is not moved has no gradient, and none has one once the drag has stopped.
  if (shifts[i].z == 0.0) { return empty; }
  return rectangle_around(patch_pixels(positions[i].x, shifts[i].x), patch_pixels(positions[i].y, shifts[i].y), list);
}

@compute @workgroup_size(width)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (lane < rectangle_count()) {
    let rectangle = reached_cells(lane, id.x);
    let ring = i32(links[id.x].ring);
    let around = Rectangle(
      clip(vec2i(rectangle.x - ring, rectangle.y + ring), links[id.x].height),
      clip(vec2i(rectangle.z - ring, rectangle.w + ring), links[id.x].width),
    );
    rectangles[lane] = rectangle;
    rings[lane] = select(empty, around, rectangle.x <= rectangle.y);
  }
  write_list(id.x, lane);
}
