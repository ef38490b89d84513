// Rays: a cone march per tile of 4 x 4 pixels finds where to start or that the tile is empty; then
// each sample of each pixel is sphere-traced and shaded.

const tile = 4u;
const max_steps = 44;
const hit_distance = .005;
const id_mask = 15u;      // of the byte beside r, g, b
const feature_bit = 16.;

struct Ray { origin: vec3f, direction: vec3f }

fn camera_ray(at: vec2f) -> Ray {
  let translation = vec3f(picture.row0.w, picture.row1.w, picture.row2.w);
  let origin = (vec3f(0., 0., camera_distance) - translation) / picture.sizes.x;
  return Ray(to_object(origin), to_object(normalize(vec3f(at, -camera_distance))));
}

// Pixels, counted from the upper left corner, to the view plane's [-1, 1], y up.
fn view_plane(pixel: vec2f) -> vec2f {
  return vec2f(pixel.x * 2. / f32(settings.resolution) - 1.,
               1. - pixel.y * 2. / f32(settings.resolution));
}

fn background(at: vec2f) -> vec3f {
  let r = length((at - vec2f(.25 * picture.light.x, .25)) * vec2f(.8, 1.));
  return mix(picture.background_inner.xyz, picture.background_outer.xyz, smoothstep(0., 1.5, r));
}

// ACES, then gamma.
fn tone(x: vec3f) -> vec3f {
  let c = max(x * .74, vec3f(0.));
  let y = (c * (2.51 * c + .03)) / (c * (2.43 * c + .59) + .14);
  return pow(clamp(y, vec3f(0.), vec3f(1.)), vec3f(1. / 2.2));
}

@compute @workgroup_size(8, 8)
fn find_starts(@builtin(global_invocation_id) id: vec3u) {
  let tiles = settings.resolution / tile;
  if (id.x >= tiles || id.y >= tiles) { return; }
  picture = pictures[id.z];
  let ray = camera_ray(view_plane((vec2f(id.xy) + .5) * f32(tile)));
  let cone = 1.5 * f32(tile) / f32(settings.resolution) / camera_distance;  // radius per distance
  let middle = camera_distance / picture.sizes.x;
  let end = middle + 1.9;
  var t = middle - 3.4;
  for (var i = 0; i < 40; i++) {
    let d = scene_distance(ray.origin + ray.direction * t) * .9;
    if (d < cone * t) { break; }
    t += max(d - cone * t * .8, .03);
    if (t > end) { break; }
  }
  tile_start[(id.z * tiles + id.y) * tiles + id.x] = vec2f(select(t, -1., t > end), 0.);
}

// Distance along the ray to the surface, or -1.
fn trace(ray: Ray, start: f32) -> f32 {
  let end = camera_distance / picture.sizes.x + 1.9;
  var t = start;
  for (var i = 0; i < max_steps; i++) {
    let d = scene_distance(ray.origin + ray.direction * t);
    if (d < hit_distance) { return t; }
    t += d * .92;
    if (t > end) { return -1.; }
  }
  let grazing = scene_distance(ray.origin + ray.direction * t) < .05;
  return select(-1., t, grazing);
}

// An ordered dither of half a step, so that the smooth background does not band.
fn dither(pixel: vec2u) -> f32 {
  let pattern = (pixel.x * 7u + pixel.y * 13u + (pixel.x ^ pixel.y) * 5u) % 16u;
  return (f32(pattern) / 16. - .47) * .5;
}

@compute @workgroup_size(8, 8)
fn render(@builtin(global_invocation_id) id: vec3u) {
  let size = settings.resolution;
  if (id.x >= size || id.y >= size) { return; }
  picture = pictures[id.z];
  let start = tile_start[(id.z * (size / tile) + id.y / tile) * (size / tile) + id.x / tile].x;
  var colour = vec3f(0.); var marks = vec4f(0.);
  if (start < 0.) {
    colour = tone(background(view_plane(vec2f(id.xy) + .5)));
  } else {
    let samples = settings.samples;
    let count = samples * samples;
    for (var k = 0u; k < count; k++) {
      let offset = vec2f(f32(k % samples) + .5, f32(k / samples) + .5) / f32(samples);
      let at = view_plane(vec2f(id.xy) + offset);
      let ray = camera_ray(at);
      let t = trace(ray, start);
      if (t < 0.) { colour += tone(background(at)); continue; }
      let hit = shade(ray.origin + ray.direction * t, ray.direction);
      colour += tone(hit.colour);
      if (k == count / 2u) {
        marks = vec4f(hit.canonical, hit.id + 1. + select(0., feature_bit, hit.feature));
      }
    }
    colour /= f32(count);
  }
  let bytes = vec3u(clamp(colour * 255. + .5 + dither(id.xy), vec3f(0.), vec3f(255.)));
  let pixel = (id.z * size + id.y) * size + id.x;
  let flags = u32(marks.w);
  image[pixel] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (flags << 24u);
  if (settings.canonical != 0u) { canonical[pixel] = vec4f(marks.xyz, f32(flags & id_mask)); }
}
