// The anatomy: distances to every part of the lion cub.

struct Parts {
  fur: f32, mane: f32, eye: f32, nose: f32, tooth: f32, tongue: f32, body: f32,
  cavity: f32,     // of the mouth
  ear_inside: f32,
  lid: f32,        // to the lids' edges
}

// A point in the frames that the parts are described in.
struct Frames {
  mirrored: vec3f,
  muzzle: vec3f,      // muzzle length undone
  jaw: vec3f,         // jaw rotation undone, too
  half_jaw: vec3f,    // half of it: the mouth's corners
}

fn unrotate_jaw(p: vec3f, s: f32, c: f32) -> vec3f {
  let q = p - jaw_pivot;
  return vec3f(q.x, c * q.y + s * q.z, -s * q.y + c * q.z) + jaw_pivot;
}

fn frames(p: vec3f) -> Frames {
  var z = p.z;
  if (z > .5) { z = .5 + (z - .5) / picture.sizes.y; }
  let muzzle = vec3f(p.xy, z);
  return Frames(vec3f(abs(p.x), p.yz), muzzle,
                unrotate_jaw(muzzle, picture.jaw.x, picture.jaw.y),
                unrotate_jaw(muzzle, picture.jaw.z, picture.jaw.w));
}

fn world(p: vec3f) -> vec3f {
  return vec3f(dot(picture.row0.xyz, p), dot(picture.row1.xyz, p), dot(picture.row2.xyz, p))
    * picture.sizes.x + vec3f(picture.row0.w, picture.row1.w, picture.row2.w);
}

fn ear_of(p: vec3f) -> vec4f { return select(picture.ear_right, picture.ear_left, p.x < 0.); }
fn lids_of(p: vec3f) -> vec4f { return select(picture.lid_right, picture.lid_left, p.x < 0.); }

// Ear coordinates: y along the ear from its root.
fn ear_frame(p: vec3f) -> vec3f {
  let ear = ear_of(p);
  let q = vec3f(abs(p.x), p.y, p.z) - vec3f(.74 * ear.x + .02, .05 + .70 * ear.y, -.10);
  let along = ear.x * q.x + ear.y * q.y;
  return vec3f(ear.y * q.x - ear.x * q.y, along, q.z + .18 * along);
}

// The eye's frame, tilted so that the outer corner stands higher.
fn eye_frame(mirrored: vec3f) -> vec3f {
  let e = mirrored - eye_centre;
  return vec3f(.98 * e.x + .17 * e.y, .98 * e.y - .17 * e.x, e.z);
}

// Within the eye's sphere: positive in the opening between the two lids, zero at their edges.
fn lid_edge(e: vec3f, lids: vec4f) -> f32 {
  let upper = e.y * lids.y - e.z * lids.x;
  let lower = e.y * lids.w - e.z * lids.z;
  return min(-upper, lower);
}

fn teeth(f: Frames) -> f32 {
  let hidden = .13 * ramp(.50, .08, picture.mood.x);  // they retract as the mouth closes
  let upper = vec3f(abs(f.muzzle.x), f.muzzle.yz) - vec3f(.122, -.425 + hidden, .770 - .5 * hidden);
  let lower = vec3f(abs(f.jaw.x), f.jaw.yz) - vec3f(.095, -.375 - hidden, .70);
  let canines = min(ellipsoid(upper, radii(.046, .108, .042)),
                    ellipsoid(lower, radii(.036, .072, .034)));
  let front = vec3f(max(abs(f.muzzle.x) - .045, 0.), f.muzzle.y + .405 - hidden,
                    f.muzzle.z - .785 + hidden);
  return min(canines, ellipsoid(front, radii(.024, .052, .024)));
}

fn nose_distance(muzzle: vec3f) -> f32 {
  let size = picture.sizes.z;
  let p = (muzzle - nose_centre) / size;
  let wings = ellipsoid(p, radii(.155, .082, .10));
  let tip = ellipsoid(p - vec3f(0., -.055, .0), radii(.072, .08, .08));
  return size * smooth_min(wings, tip, .06);
}

// Neck and shoulders, in world space: they follow the head's position but not its rotation.
fn body_distance(p: vec3f) -> f32 {
  let w = world(p);
  if (w.y >= .2) { return 1e3; }
  let x = picture.light.w;
  let head_y = picture.row1.w;
  let up = ramp(-1.1, head_y - .1, w.y);
  let n = w - vec3f(x * mix(.6, 1., up), 0., -.20);
  let neck = (length(vec2f(n.x, n.z * 1.1)) - (.34 + .20 * ramp(-.45, -.95, w.y))) * .9;
  let shoulders = ellipsoid(w - vec3f(x * .6, -1.30, -.30), radii(.88, .60, .52));
  return smooth_min(smooth_max(neck, w.y - (head_y - .02), .2), shoulders, .24) / picture.sizes.x;
}

fn parts(p: vec3f) -> Parts {
  var o: Parts;
  let f = frames(p);
  let q = f.mirrored;
  let muzzle_mirrored = vec3f(q.xy, f.muzzle.z);
  let open = picture.mood.x; let smile = picture.mood.y; let brow = picture.mood.z;

  var d = ellipsoid(p - vec3f(0., .08, -.08), radii(.92, .80, .78));
  d = smooth_min(d, ellipsoid(q - vec3f(.43, -.24 + .05 * smile, .24), radii(.45, .36, .42)), .30);
  let brow_tilt = .42 * (q.x - .33) * (-brow - .1);
  d = smooth_min(d, ellipsoid(q - vec3f(.33, .385 + .12 * brow + brow_tilt, .525),
                              radii(.27, .10, .20)), .15);
  d = smooth_min(d, ellipsoid(f.muzzle - vec3f(0., .02, .60), radii(.20, .38, .28)), .17);
  d = smooth_min(d, ellipsoid(muzzle_mirrored - vec3f(.160 + .02 * smile, -.285, .69),
                              radii(.245, .200, .26)), .09);
  let chin = ellipsoid(f.jaw - chin_centre, radii(.265 + .03 * smile, .155, .26));
  d = smooth_min(d, chin, .10);

  let e = eye_frame(q);
  let from_eye = length(e);
  d = smooth_max(d, -(from_eye - lid_radius + .004), .07);  // the socket
  o.lid = lid_edge(e, lids_of(p));
  d = smooth_min(d, smooth_max(from_eye - lid_radius, o.lid, .025), .045);
  o.eye = from_eye - eye_radius;

  let bend = (1.9 * smile - .15) * min(f.half_jaw.x * f.half_jaw.x, .08);
  o.cavity = ellipsoid(vec3f(f.half_jaw.x, f.half_jaw.y + .425 - bend, f.half_jaw.z - .64),
                       radii(.20 + .12 * smile, .014 + .160 * open, .35));
  d = smooth_max(d, -o.cavity, .035);
  o.tongue = ellipsoid(f.jaw - vec3f(0., -.435 - .15 * f.jaw.x * f.jaw.x, .535),
                       radii(.135, .055, .21));
  o.tooth = teeth(f);
  o.nose = nose_distance(f.muzzle);

  let ear = ear_frame(p);
  let ear_length = ear_of(p).z;
  let taper = 1. / (1. - .28 * clamp(ear.y / ear_length, 0., 1.4) * smoothstep(.3, .75, ear_length));
  let solid = ellipsoid(vec3f(ear.x * taper, ear.y - .36 * ear_length, ear.z),
                        radii(.30, .64 * ear_length + .02, .14));
  o.ear_inside = ellipsoid(vec3f(ear.x * taper, ear.y - .36 * ear_length, ear.z - .13),
                           radii(.205, .50 * ear_length, .13));
  o.fur = smooth_min(d, smooth_max(solid, -o.ear_inside, .05) * .85, .11);
  o.mane = smooth_max(smooth_max(mane_distance(p), .07 - solid, .10), .05 - chin, .12);
  o.body = body_distance(p);
  return o;
}

// The distance that rays are marched by.
fn scene_distance(p: vec3f) -> f32 {
  let o = parts(p);
  let face = min(min(min(o.fur, o.eye), min(o.nose, o.tooth)), o.tongue);
  return smooth_min(smooth_min(face, o.mane, .06), o.body, .05);
}
