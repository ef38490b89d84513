// The mane: a base and three rings of pointed petals behind the face, of which the two nearest of
// each ring are evaluated.

const full_turn = 6.2831853;

struct Ring { count: f32, inner: f32, outer: f32, phase: f32, width: f32 }

// Angle around the mane's centre, swirled outwards.
fn mane_angle(p: vec3f, radius: f32) -> f32 {
  return atan2(p.x, p.y - mane_centre_y) + .20 * (radius - .9) * clamp(p.x * 4., -1., 1.);
}

fn mane_radius(p: vec3f) -> f32 { return length(vec2f(p.x, p.y - mane_centre_y)); }

fn petal(radius: f32, angle: f32, index: f32, z: f32, ring: Ring) -> f32 {
  let step = full_turn / ring.count;
  let h = hash(index + ring.phase);
  let a = angle - (index + .30 * (h - .5)) * step;
  let across = radius * sin(a);
  let along = radius * cos(a);
  let height = cos(index * step);
  let lower = 1. + select(.20 * height * height, -.12 * height * height, height > 0.);
  let tip = ring.outer * (.92 + .14 * h) * lower;
  let centre = .5 * (ring.inner + tip);
  let half_length = .5 * (tip - ring.inner) + .12;
  let t = clamp((along - centre) / half_length, -1., 1.);
  let taper = 1. / (1. - .42 * max(t, 0.));
  let local = vec3f(across * taper, along - centre, z + .10 * t * abs(t));
  return ellipsoid(local, radii(ring.width, half_length, .21)) * .8;
}

fn petal_ring(radius: f32, angle: f32, z: f32, ring: Ring) -> f32 {
  let step = full_turn / ring.count;
  let nearest = round(angle / step);
  let side = select(-1., 1., angle > nearest * step);
  return smooth_min(petal(radius, angle, nearest, z, ring),
                    petal(radius, angle, nearest + side, z, ring), .08);
}

fn mane_distance(at: vec3f) -> f32 {
  let size = picture.sizes.w;
  let p = vec3f(at.xy, at.z - .22 * ramp(.05, .6, size) * ramp(-.15, -.80, at.y));
  let radius = mane_radius(p);
  let bound = max(abs(p.z + .22) - .52, radius - (1.02 + .84 * size));
  if (bound > .14) { return bound; }

  let angle = mane_angle(p, radius);
  let front = Ring(17., .60, .68 + .40 * size, 0., .20);
  let middle = Ring(15., .60, .66 + .66 * size, 7.3, .25);
  let back = Ring(13., .60, .64 + .80 * size, 3.1, .29);
  var d = ellipsoid(vec3f(p.x, p.y + .05 + .12 * size, p.z + .34),
                    radii(.66 + .36 * size, .64 + .40 * size, .34 + .06 * size));
  let front_z = p.z + .02 + .12 * (p.y - mane_centre_y) + .22 * (radius - .8);
  d = smooth_min(d, petal_ring(radius, angle, front_z, front), .10);
  d = smooth_min(d, petal_ring(radius, angle + .5 * full_turn / 15., p.z + .20, middle), .07);
  d = smooth_min(d, petal_ring(radius, angle + .2 * full_turn / 13., p.z + .42, back), .07);
  return d;
}

// Colour of the strands, and (w) how the strands tilt the normal sideways.
fn mane_colour(p: vec3f) -> vec4f {
  let radius = mane_radius(p);
  let angle = mane_angle(p, radius);
  let broad = noise(vec3f(angle * 13., radius * 2.2, p.z * 3.));
  let fine = noise(vec3f(angle * 30. + 5., radius * 3., p.z * 5.));
  let strand = .6 * broad.x + .4 * fine.x;
  let outwards = clamp((radius - .62) / (.25 + .55 * picture.sizes.w), 0., 1.);
  let tip = clamp(ramp(.25, .80, strand) * .65 + .50 * outwards - .08, 0., 1.);
  return vec4f(mix(picture.mane_root.xyz, picture.mane_tip.xyz, tip), .20 * broad.y + .16 * fine.y);
}
