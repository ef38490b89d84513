// The dependency cone: the cells of every layer on which the listed cells above depend, down the network.
//
// A link leads from the cells of one list to those of the next, on each axis:
//   0 the feature map, from pixels of the image
//   1 convolution, from its output to its input              [a − 1, b + 1]
//   2 FIR                                                    [a − 1, b + 2]
//   3 up-sampling convolution, from t to its input           [⌈(a − 2)/2⌉, ⌊b/2⌋]
// and clips to the map. One workgroup makes a list: it walks over the bounding box of all rectangles (of points and of
// sampled tiles) and keeps the cells that lie in one, in row-major order by a prefix sum. So a cell is listed once, and
// two runs give the same lists. Needs lib/resize_axis, lib/tiles, links and cell_lists. Source: SPEC §4.

/// `height` and `width` of the list's map, in cells; `at`: where the list begins in cell_lists.
struct Link { kind: u32, height: u32, width: u32, ring: u32, at: u32 }

/// first and last row, first and last column; empty where the first is above the last
alias Rectangle = vec4i;

const most_rectangles = 256u;
const width = 256u;
var<workgroup> rectangles: array<Rectangle, most_rectangles>;
var<workgroup> rings: array<Rectangle, most_rectangles>;
var<workgroup> box: Rectangle;
var<workgroup> prefix: array<u32, width>;

fn clip(range: vec2i, length: u32) -> vec2i { return clamp(range, vec2i(), vec2i(i32(length) - 1)); }

/// The first and last cell from which a range of pixels is interpolated, on one axis.
fn cells_of(axis: Axis, pixels: vec2i) -> vec2i {
  let range = clip(pixels, axis.pixels);
  return vec2i(i32(resize_axis(axis, u32(range.x)).low), i32(resize_axis(axis, u32(range.y)).high));
}

fn halve_down(value: i32) -> i32 { return (value + 2) / 2 - 1; }

/// One link down, on one axis, to a map of this length along it.
fn follow(range: vec2i, kind: u32, length: u32) -> vec2i {
  switch (kind) {
    case 1u: { return clip(vec2i(range.x - 1, range.y + 1), length); }
    case 2u: { return clip(vec2i(range.x - 1, range.y + 2), length); }
    case 3u: { return clip(vec2i(halve_down(range.x - 1), halve_down(range.y)), length); }
    default: { return range; }
  }
}

/// The rectangle of the list's map that a range of rows and of columns of the image depends on.
fn rectangle_around(rows: vec2i, columns: vec2i, list: u32) -> Rectangle {
  return rectangle_below(cells_of(down_axis(), rows), cells_of(across_axis(), columns), list);
}

/// The same for a sampled tile, whose pixels lie between its cells and the next ones.
fn rectangle_of(tile: vec4f, list: u32) -> Rectangle {
  let first = vec2i(tile.xy);
  let last = first + i32(tile_side);
  return rectangle_below(clip(vec2i(first.x, last.x), params.height), clip(vec2i(first.y, last.y), params.width), list);
}

/// The same for a range of rows and of columns of the feature map, in cells.
fn rectangle_below(rows: vec2i, columns: vec2i, list: u32) -> Rectangle {
  var r = rows;
  var c = columns;
  for (var k = 1u; k <= list; k++) {
    r = follow(r, links[k].kind, links[k].height);
    c = follow(c, links[k].kind, links[k].width);
  }
  return Rectangle(r, c);
}

const empty = Rectangle(0, -1, 0, -1);

/// Number of rectangles: one for each point, then one for each tile.
fn rectangle_count() -> u32 { return params.points + params.tiles; }

fn inside(rectangle: Rectangle, cell: vec2i) -> bool {
  return all(cell >= rectangle.xz) && all(cell <= rectangle.yw);
}

/// The sort of a cell: 1 to compute, 2 in the ring, 0 neither.
fn sort_of(cell: vec2i) -> u32 {
  var sort = 0u;
  for (var i = 0u; i < rectangle_count(); i++) {
    if (inside(rectangles[i], cell)) { return 1u; }
    if (inside(rings[i], cell)) { sort = 2u; }
  }
  return sort;
}

/// The bounding box of all rings.
fn bounds() -> Rectangle {
  var whole = Rectangle(0x7fffffff, -1, 0x7fffffff, -1);
  for (var i = 0u; i < rectangle_count(); i++) {
    let ring = rings[i];
    if (ring.x > ring.y) { continue; }
    whole = Rectangle(min(whole.x, ring.x), max(whole.y, ring.y), min(whole.z, ring.z), max(whole.w, ring.w));
  }
  return select(whole, empty, whole.y < 0);
}

fn write_list(list: u32, lane: u32) {
  workgroupBarrier();
  if (lane == 0u) { box = bounds(); }
  let around = workgroupUniformLoad(&box);
  let first = around.xz;
  let box_width = u32(around.w - around.z + 1);
  let area = u32(around.y - around.x + 1) * box_width;
  let at = links[list].at;
  var written = 0u;
  for (var sort = 1u; sort <= 2u; sort++) {
    for (var start = 0u; start < area; start += width) {
      let k = start + lane;
      let cell = first + vec2i(vec2u(k / max(box_width, 1u), k % max(box_width, 1u)));
      let listed = k < area && sort_of(cell) == sort;
      prefix[lane] = select(0u, 1u, listed);
      workgroupBarrier();
      for (var step = 1u; step < width; step *= 2u) {
        let before = select(0u, prefix[lane - min(step, lane)], lane >= step);
        workgroupBarrier();
        prefix[lane] += before;
        workgroupBarrier();
      }
      if (listed) { cell_lists[at + 4u + written + prefix[lane] - 1u] = (u32(cell.x) << 16u) | u32(cell.y); }
      written += prefix[width - 1u];
      workgroupBarrier();
    }
    if (lane == 0u) { cell_lists[at + sort - 1u] = written; }
  }
}
