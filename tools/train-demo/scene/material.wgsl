// What a surface is made of: colour, gloss, bumped normal, canonical coordinates and part id.

struct Material {
  id: f32,
  colour: vec3f,
  normal: vec3f,
  gloss: f32,
  power: f32,       // of the gloss
  fuzz: f32,        // how much of the plush sheen it gets
  glint: f32,       // painted catch lights
  canonical: vec3f,
}

fn normal_at(p: vec3f) -> vec3f {
  var n = vec3f(0.);
  for (var i = 0; i < 4; i++) {
    let corner = vec3f(f32(((i + 3) >> 1) & 1), f32((i >> 1) & 1), f32(i & 1));
    let e = .5773 * (2. * corner - 1.);
    n += e * scene_distance(p + .012 * e);
  }
  return normalize(n);
}

fn nearest_part(o: Parts) -> f32 {
  let nearest = min(min(min(o.fur, o.eye), min(o.nose, o.tooth)),
                    min(o.tongue, min(o.mane, o.body)));
  if (nearest == o.eye) { return part_eye; }
  if (nearest == o.nose) { return part_nose; }
  if (nearest == o.tooth) { return part_tooth; }
  if (nearest == o.tongue) { return part_tongue; }
  if (nearest == o.mane) { return part_mane; }
  if (nearest == o.body) { return part_body; }
  return part_fur;
}

// How far the face's fur has turned into mane.
fn into_mane(s: Surface) -> f32 {
  return ramp(-.07, .05, s.parts.fur - s.parts.mane) * ramp(.02, .10, chin_distance(s));
}

fn fur(s: Surface, m: ptr<function, Material>) {
  let rim = eye_rim(s);
  let lips = ramp(.030, .004, s.parts.cavity) * ramp(.50, .62, s.frames.muzzle.z);
  var c = mix(fur_colour(s), mane_colour(s.point).xyz, into_mane(s) * (1. - s.on_ear));
  c *= 1. + .42 * fur_texture(s);
  if (s.parts.cavity < .012 && picture.mood.x > .04) {
    c = mix(c, vec3f(.12, .022, .026), ramp(.012, -.0, s.parts.cavity));
  }
  (*m).colour = mix(c, vec3f(.05, .02, .02), .75 * lips);
  let bumps = .0065 * (s.coarse.yzw * 15. + s.fine.yzw * 12.) * (1. - rim);
  (*m).normal = normalize((*m).normal + bumps);
  (*m).gloss = .04 + .10 * rim;
  (*m).fuzz = 1. - .8 * lips;
  (*m).canonical = fur_canonical(s);
  if (s.on_ear > .5) { (*m).id = part_ear; }
}

fn mane(s: Surface, m: ptr<function, Material>) {
  let amount = into_mane(s);
  let strands = mane_colour(s.point);
  (*m).colour = mix(fur_colour(s) * (1. + .42 * fur_texture(s)), strands.xyz, amount);
  let sideways = vec3f(s.point.y - mane_centre_y, -s.point.x, 0.) / max(mane_radius(s.point), .1);
  (*m).normal = normalize((*m).normal + sideways * strands.w * amount);
  (*m).gloss = .06;
  (*m).power = 10.;
  (*m).canonical = mane_canonical(s.point);
}

fn body(s: Surface, m: ptr<function, Material>) {
  let w = world(s.point) - vec3f(picture.light.w * .6, -.9, 0.);
  let n = noise(w * vec3f(26., 16., 26.));
  let bib = ramp(.30, .12, abs(w.x) + .10 * (n.x - .5) + .10 * w.y);
  (*m).colour = mix(picture.coat.xyz * .92, picture.cream.xyz, .85 * bib) * (.90 + .20 * n.x);
  (*m).normal = normalize((*m).normal + .06 * n.yzw);
  (*m).canonical = w;
}

fn nose(s: Surface, m: ptr<function, Material>) {
  let p = (s.frames.muzzle - nose_centre) / picture.sizes.z;
  let nostril = ramp(.040, .018, length(vec2f(abs(p.x) - .062, (p.y + .03) * 1.6)));
  (*m).colour = vec3f(.085, .036, .034) * (1. - .8 * nostril);
  (*m).gloss = .55;
  (*m).power = 40.;
  (*m).fuzz = .15;
  (*m).canonical = p + vec3f(0., -.115, .905);
}

fn eye(s: Surface, light: vec3f, m: ptr<function, Material>) {
  let d = normalize(s.eye);
  let angle = acos(clamp(dot(d, normalize(vec3f(-.06, -.0, 1.))), -1., 1.));
  let is_iris = ramp(.90, .84, angle);
  let is_pupil = ramp(.50, .44, angle);
  let rays = noise(vec3f(atan2(d.y, d.x + .10) * 5., angle * 2., 1.)).x;
  let low_light = ramp(.25, -.6, d.y) * .9;
  var iris = picture.iris.xyz * (.45 + .9 * low_light + .25 * rays)
    * (1. - .60 * ramp(.66, .88, angle));
  iris = mix(iris, vec3f(.010, .008, .008), is_pupil);
  (*m).colour = mix(vec3f(.80, .77, .71), iris, is_iris) * (1. - .6 * ramp(1.0, 1.4, angle));
  let n = vec3f(d.x * sign(s.point.x), d.yz);
  (*m).normal = n;
  (*m).gloss = 1.;
  (*m).power = 90.;
  (*m).fuzz = 0.;
  (*m).canonical = vec3f(sign(s.point.x) * eye_centre.x, eye_centre.yz) + n * eye_radius;
  // Catch lights are painted where the light is, seen from the front.
  let x = dot(picture.row0.xyz, n); let y = dot(picture.row1.xyz, n);
  let side = sign(light.x + .001);
  let large = length(vec2f(x - .34 * side * min(1., .5 + abs(light.x)), y - .36));
  let small = length(vec2f(x + .30 * side, y + .30));
  (*m).glint = 1.3 * ramp(.20, .13, large) + .35 * ramp(.13, .07, small);
}

fn material_at(s: Surface, light: vec3f) -> Material {
  var m = Material(nearest_part(s.parts), picture.coat.xyz, normal_at(s.point), 0., 8., 1., 0.,
                   s.point);
  if (m.id == part_fur) { fur(s, &m); }
  else if (m.id == part_mane) { mane(s, &m); }
  else if (m.id == part_body) { body(s, &m); }
  else if (m.id == part_nose) { nose(s, &m); }
  else if (m.id == part_eye) { eye(s, light, &m); }
  else if (m.id == part_tooth) {
    m.colour = vec3f(.86, .82, .70); m.gloss = .5; m.power = 40.; m.fuzz = .1;
  } else {
    m.colour = vec3f(.60, .17, .17) * (1. - .35 * ramp(.03, .0, abs(s.point.x)));
    m.gloss = .35; m.power = 30.; m.fuzz = .2; m.canonical = s.frames.jaw;
  }
  return m;
}
