// What the scene reads: one Picture a rendered image, packed by parameters.ts.
//
// Object space is the rest pose of the head: x right, y up, z to the viewer. The head is mirrored in
// x, apart from the eyes, ears and jaw, which have their own parameters.

struct Picture {
  row0: vec4f, row1: vec4f, row2: vec4f,  // object -> world rotation; w is the translation
  sizes: vec4f,                           // head scale, muzzle length, nose size, mane 0..1
  lid_left: vec4f, lid_right: vec4f,      // sin, cos of the upper lid's angle, then of the lower's
  ear_left: vec4f, ear_right: vec4f,      // sin, cos of the angle, length, unused
  jaw: vec4f,                             // sin, cos of its angle, then of half of it
  mood: vec4f,                            // mouth open 0..1, smile 0..1, brow -1..1, stripes 0..1
  light: vec4f,                           // direction of the key light (world); w: the body's x
  coat: vec4f, dark: vec4f, cream: vec4f, mane_tip: vec4f, mane_root: vec4f, iris: vec4f,
  background_inner: vec4f, background_outer: vec4f,
}
struct Settings { resolution: u32, samples: u32, pictures: u32, canonical: u32 }

@group(0) @binding(0) var<storage, read> pictures: array<Picture>;
@group(0) @binding(1) var<storage, read_write> image: array<u32>;         // r, g, b, id + feature bit
@group(0) @binding(2) var<storage, read_write> canonical: array<vec4f>;   // x, y, z, id
@group(0) @binding(3) var<uniform> settings: Settings;
@group(0) @binding(4) var<storage, read_write> tile_start: array<vec2f>;  // x: ray start, -1: empty

var<private> picture: Picture;

// Part ids, as they are written (one more than in the code below; 0 is the background).
const part_fur = 0.; const part_mane = 1.; const part_ear = 2.; const part_nose = 3.;
const part_eye = 4.; const part_tongue = 6.; const part_tooth = 7.; const part_body = 8.;

const camera_distance = 7.;
const eye_centre = vec3f(.372, .055, .560);
const eye_radius = .275;
const lid_radius = .302;
const jaw_pivot = vec3f(0., -.27, .12);
const chin_centre = vec3f(0., -.475, .545);
const nose_centre = vec3f(0., -.125, .895);
const mane_centre_y = -.04;
