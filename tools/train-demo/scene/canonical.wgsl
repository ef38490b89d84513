// Canonical coordinates: where a surface point lies on the lion at rest. The same spot of fur has the
// same coordinates whatever the pose, so they are the truth about where a dragged point went.

// In the frame of a lid's edge, so that a lid's coordinates move with it.
fn lid_canonical(p: vec3f, e: vec3f) -> vec3f {
  let lids = lids_of(p);
  let upper = vec3f(e.x, e.y * lids.y - e.z * lids.x, e.y * lids.x + e.z * lids.y);
  let lower = vec3f(e.x, e.y * lids.w - e.z * lids.z, e.y * lids.z + e.z * lids.w);
  let apart = vec3f(0., .15, 0.);
  let at = select(lower - apart, upper + apart, upper.y > -lower.y);
  return vec3f(sign(p.x) * (eye_centre.x + at.x), eye_centre.y + at.y, eye_centre.z + at.z);
}

fn fur_canonical(s: Surface) -> vec3f {
  let p = s.point; let q = s.frames.mirrored;
  let with_jaw = ramp(.10, -.02, chin_distance(s));
  var c = mix(s.frames.muzzle, s.frames.jaw, with_jaw);
  let along = s.ear.y / ear_of(p).z;
  c = mix(c, vec3f(sign(p.x) * (.6 + s.ear.x), .7 + .5 * along, s.ear.z), s.on_ear);
  let from_brow = (q - brow_centre()) * vec3f(.8, 1., .7);
  c.y -= .12 * picture.mood.z * exp(-18. * dot(from_brow, from_brow));
  let on_lid = ramp(lid_radius + .04, lid_radius + .01, length(s.eye)) * ramp(-.05, .05, s.eye.z);
  return mix(c, lid_canonical(p, eye_frame(q)), on_lid);
}

fn mane_canonical(p: vec3f) -> vec3f {
  let radius = mane_radius(p);
  let angle = mane_angle(p, radius);
  let unit = radius / (.64 + .66 * picture.sizes.w);
  return vec3f(sin(angle) * unit, cos(angle) * unit, p.z);
}
