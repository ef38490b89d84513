// Light: a wrapped warm key with soft shadow, ambient occlusion, a hemisphere tinted by the
// background, plush sheen and rim.

struct Shaded { colour: vec3f, canonical: vec3f, id: f32, feature: bool }

fn to_object(v: vec3f) -> vec3f {  // the transposed rotation
  return vec3f(picture.row0.x * v.x + picture.row1.x * v.y + picture.row2.x * v.z,
               picture.row0.y * v.x + picture.row1.y * v.y + picture.row2.y * v.z,
               picture.row0.z * v.x + picture.row1.z * v.y + picture.row2.z * v.z);
}

fn ambient_occlusion(p: vec3f, n: vec3f) -> f32 {
  var sum = 0.; var weight = 1.; var height = .05;
  for (var i = 0; i < 4; i++) {
    sum += (height - scene_distance(p + n * height)) * weight;
    weight *= .72;
    height *= 1.75;
  }
  let open = clamp(1. - 1.55 * sum, 0., 1.);
  return open * (.55 + .45 * open);
}

fn soft_shadow(p: vec3f, n: vec3f, light: vec3f) -> f32 {
  if (dot(n, light) <= -.3) { return 1.; }
  var lit = 1.; var t = .05;
  for (var i = 0; i < 9; i++) {
    let d = scene_distance(p + n * .03 + light * t);
    lit = min(lit, .5 + 6. * d / t * .5);
    t += clamp(d, .05, .28);
    if (lit < 0. || t > 1.7) { break; }
  }
  lit = clamp(lit, 0., 1.);
  return lit * lit * (3. - 2. * lit);
}

// Eyes with their lids, nose, mouth: weighted higher in training.
fn is_feature(s: Surface, id: f32) -> bool {
  let on_lids = s.eye.z > 0. && length(s.eye) < lid_radius + .05;
  let on_lips = s.frames.muzzle.z > .55 && s.parts.cavity < .07;
  return id == part_eye || id == part_nose || id == part_tongue || id == part_tooth
    || (id == part_fur && (on_lids || on_lips));
}

fn shade(p: vec3f, ray: vec3f) -> Shaded {
  let s = surface_at(p);
  let key = normalize(picture.light.xyz);
  let m = material_at(s, key);
  let n = m.normal;
  let light = to_object(key);
  let up = picture.row1.xyz;
  let view = -ray;
  let facing = clamp(dot(n, view), 0., 1.);
  let occlusion = ambient_occlusion(p, n);
  let shadow = soft_shadow(p, n, light);

  let towards = dot(n, light);
  let wrapped = clamp((towards + .28) / 1.28, 0., 1.);
  let diffuse = wrapped * wrapped * .35 + wrapped * .65;
  let background = mix(picture.background_inner.xyz, picture.background_outer.xyz, .4);
  let sky = vec3f(.40, .43, .50) * .6 + .5 * background;
  let ambient = mix(vec3f(.20, .15, .13), sky, .5 + .5 * dot(n, up)) * occlusion * .80;
  var c = m.colour * (vec3f(1.62, 1.50, 1.33) * diffuse * mix(.22, 1., shadow) + ambient);
  let terminator = .10 * clamp(1. - abs(towards) * 2.2, 0., 1.) * occlusion;
  c += m.colour * vec3f(.9, .35, .18) * terminator;
  let rim = clamp(.10 - .60 * towards + .50 * dot(n, up), 0., 1.);
  c += m.fuzz * pow(1. - facing, 3.) * (m.colour * .60 + .07) * (.15 + 1.1 * rim) * occlusion
    * mix(vec3f(1.), background * 1.2, .5);
  let gloss = m.gloss * pow(clamp(dot(n, normalize(light + view)), 0., 1.), m.power);
  c += gloss * shadow * vec3f(1., .96, .9) * .8;
  if (m.id == part_eye) {
    c = c * mix(.35, 1., occlusion) + m.glint * vec3f(1., .98, .95) * mix(.4, 1., occlusion);
  }
  if (m.id == part_fur || m.id == part_tongue || m.id == part_tooth) {
    c *= 1. - .75 * ramp(.0, -.10, s.parts.cavity) * ramp(.75, .45, s.frames.muzzle.z);
  }
  return Shaded(c, m.canonical, m.id, is_feature(s, m.id));
}
