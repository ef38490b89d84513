// Presentation: draws the image tensor onto the canvas, without a copy to the processor.
//
//   byte[k] = ⌊clamp(127.5 · v[k] + 128, 0, 255)⌋          colour[k] = byte[k] / 255
//
// vertex    no tensor                                        → one triangle that covers the canvas
// fragment  image (N,C,H,W) with C = 3, or 1 for grey; one   → colour of a canvas pixel, from the first sample,
//           more with alpha                                    over white
//
// Pixel p of a canvas shows the image at x = (p + ½) · size / canvas_size − ½, on each axis. With
// bicubic = 0 it takes the nearest pixel; with 1 the 4×4 pixels around x, by Catmull and Rom's cubic (a = −½), which
// passes through the pixels: at canvas_size = size both give the same bytes. An invocation has little to do, so all
// 16 are read from memory directly. Source of the bytes: SPEC §1; of the cubic: Keys 1981, eq. 8.

struct Params { height: u32, width: u32, canvas_height: u32, canvas_width: u32, channels: u32, bicubic: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> image: array<vec4f>;

@vertex
fn vertex(@builtin(vertex_index) corner: u32) -> @builtin(position) vec4f {
  return vec4f(f32(corner & 1u) * 4.0 - 1.0, f32(corner >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let size = vec2f(f32(params.width), f32(params.height));
  let canvas_size = vec2f(f32(params.canvas_width), f32(params.canvas_height));
  let place = position.xy * size / canvas_size - 0.5;
  var value: vec4f;
  if (params.bicubic != 0u) { value = cubic(place); } else { value = pixel(vec2i(floor(place + 0.5))); }
  let byte = floor(clamp(127.5 * value + 128.0, vec4f(), vec4f(255.0))) / 255.0;
  let colour = select(byte.rgb, byte.rrr, params.channels < 3u);
  let has_alpha = params.channels == 2u || params.channels == 4u;
  let alpha = select(1.0, select(byte.a, byte.g, params.channels == 2u), has_alpha);
  return vec4f(mix(vec3f(1.0), colour, alpha), 1.0);
}

/// The image's value at (x, y); beyond an edge, that of the edge.
fn pixel(at: vec2i) -> vec4f {
  let inside = clamp(at, vec2i(), vec2i(i32(params.width), i32(params.height)) - 1);
  return image[u32(inside.y) * params.width + u32(inside.x)];
}

fn cubic(place: vec2f) -> vec4f {
  let corner = floor(place);
  let across = cubic_weights(place.x - corner.x);
  let down = cubic_weights(place.y - corner.y);
  var sum = vec4f();
  for (var row = 0; row < 4; row++) {
    var line = vec4f();
    for (var column = 0; column < 4; column++) {
      line += across[column] * pixel(vec2i(corner) + vec2i(column - 1, row - 1));
    }
    sum += down[row] * line;
  }
  return sum;
}

/// Weights of the four nearest pixels, for a place that lies `t` of a pixel beyond the second of them.
fn cubic_weights(t: f32) -> vec4f {
  let s = 1.0 - t;
  return 0.5 * vec4f(-t * s * s, 2.0 + t * t * (3.0 * t - 5.0), 2.0 + s * s * (3.0 * s - 5.0), -s * t * t);
}
