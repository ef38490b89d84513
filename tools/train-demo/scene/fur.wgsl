// The painted face: coat, cream patches, tabby marks, whisker dots, ears, eye rims.

// What the colours of a surface point depend on, evaluated once.
struct Surface {
  point: vec3f,
  frames: Frames,
  parts: Parts,
  ear: vec3f,          // ear_frame
  eye: vec3f,          // from the eye's centre, mirrored
  coarse: vec4f,       // noise with gradient
  fine: vec4f,
  broad: vec4f,
  on_ear: f32,
}

fn surface_at(p: vec3f) -> Surface {
  var s: Surface;
  s.point = p;
  s.frames = frames(p);
  s.parts = parts(p);
  s.ear = ear_frame(p);
  s.eye = s.frames.mirrored - eye_centre;
  s.coarse = noise(p * vec3f(15., 11., 15.));
  s.fine = noise(p * vec3f(34., 22., 34.) + 7.);
  s.broad = noise(p * 4.5 + 3.);
  let along = s.ear.y / ear_of(p).z;
  s.on_ear = ramp(.10, .22, along) * ramp(.36, .28, abs(s.ear.x)) * ramp(.5, .2, p.z)
    * ramp(.2, .3, p.y);
  return s;
}

fn fur_texture(s: Surface) -> f32 { return .55 * (s.coarse.x - .5) + .45 * (s.fine.x - .5); }

// The chin without its smile: what moves with the jaw.
fn chin_distance(s: Surface) -> f32 {
  return ellipsoid(s.frames.jaw - chin_centre, radii(.265, .155, .26));
}

fn brow_centre() -> vec3f { return vec3f(.33, .41 + .12 * picture.mood.z, .66); }

// Muzzle, chin, rings around the eyes, brow spots and jowls are cream.
fn cream_amount(s: Surface) -> f32 {
  let p = s.point; let q = s.frames.mirrored; let muzzle = s.frames.muzzle;
  let from_muzzle = length((vec3f(q.x, muzzle.yz) - vec3f(.12, -.30, .72)) * vec3f(.92, 1.05, .9));
  var cream = ramp(.40, .22, from_muzzle + .10 * (s.coarse.x - .5));
  let chin = ellipsoid(s.frames.jaw - vec3f(0., -.47, .50), radii(.34, .24, .36));
  cream = max(cream, .95 * ramp(.10, -.10, chin));
  let from_eye = length((q - vec3f(.37, .04, .62)) * vec3f(1., .92, 1.)) * .93;
  cream = max(cream, .75 * ramp(.37, .24, from_eye));
  let from_brow = length((q - brow_centre() - vec3f(-.03, 0., .02)) * vec3f(.8, 1.2, .7));
  cream = max(cream, .55 * ramp(.16, .05, from_brow));
  return max(cream, .55 * ramp(-.12, -.52, p.y) * ramp(-.4, .2, p.z));
}

// Stripes on forehead, cheeks and back, spots between; broad enough to be seen at 128 pixels.
fn tabby_amount(s: Surface) -> f32 {
  let p = s.point; let x = s.frames.mirrored.x; let wave = s.broad.x;
  let forehead = ramp(.40, .70, sin((x + .03 * sin(p.y * 9.)) * 17. + 1.35))
    * ramp(.40, .55, p.y) * ramp(.66, .50, x);
  let cheek = ramp(.35, .70, sin(p.y * 12.5 - x * 6. + 1.5 * wave + .3))
    * ramp(.52, .72, x) * ramp(.42, .2, p.y) * ramp(-.62, -.40, p.y);
  let back = ramp(.45, .75, sin(p.y * 9. + 1.5 * x + p.z * 6.5 + 2. * wave)) * ramp(.3, -.05, p.z);
  let spots = ramp(.62, .72, noise(p * vec3f(5., 5., 4.5) + 11.).x)
    * ramp(.5, .9, x + .6 * abs(p.y - .1) + .2 * ramp(.3, .6, p.y));
  return clamp(max(max(forehead, cheek), max(back, .7 * spots)) * picture.mood.w, 0., 1.);
}

// Whisker dots and the line below the nose: a factor on the colour.
fn muzzle_marks(s: Surface) -> f32 {
  let x = s.frames.mirrored.x; let muzzle = s.frames.muzzle;
  let d = vec2f(x - .19, muzzle.y + .265);
  let row = d.y / .095 + .25;
  let cell = vec2f(fract(d.x / .125 + .5 * floor(row) + .35) - .5, fract(row) - .5);
  let dots = .62 * ramp(.34, .16, length(cell)) * ramp(.140, .11, length(d * vec2f(1., 1.25)))
    * ramp(.7, .8, muzzle.z);
  let line = .65 * ramp(.022, .008, x) * ramp(-.42, -.38, muzzle.y) * ramp(-.13, -.17, muzzle.y)
    * ramp(.75, .85, muzzle.z);
  return (1. - dots) * (1. - line);
}

// Dark rims of the lids.
fn eye_rim(s: Surface) -> f32 {
  let from_eye = length(s.eye);
  return ramp(.060, .030, abs(s.parts.lid)) * ramp(lid_radius + .05, lid_radius + .012, from_eye)
    * ramp(.02, .1, s.eye.z);
}

fn fur_colour(s: Surface) -> vec3f {
  let p = s.point; let q = s.frames.mirrored;
  let coat = picture.coat.xyz; let dark = picture.dark.xyz; let cream = picture.cream.xyz;
  let creamy = cream_amount(s);
  var c = coat * (1. - .12 * s.broad.x);
  c = mix(c, dark, .8 * tabby_amount(s) * (1. - .7 * creamy));
  let bridge = ramp(.16, .05, q.x) * ramp(-.12, .05, p.y) * ramp(.45, .3, p.y) * ramp(.5, .65, p.z);
  c = mix(c, dark, .28 * bridge * (1. - creamy));
  c = mix(c, cream, creamy);
  let lid = ramp(lid_radius + .035, lid_radius + .005, length(s.eye)) * ramp(.0, .10, s.eye.z);
  c = mix(c, mix(coat, cream, .25) * .93, .85 * lid);
  c *= muzzle_marks(s);

  let along = s.ear.y / ear_of(p).z;
  let inside = ramp(.045, -.03, s.parts.ear_inside) * s.on_ear;
  c = mix(c, mix(dark, coat, .35), .8 * s.on_ear * ramp(.55, .95, along) * (1. - inside));
  let pink = .35 + .45 * ramp(.09, .17, abs(s.ear.x) + .06 * (s.fine.x - .5));
  c = mix(c, mix(vec3f(.62, .30, .24), cream, pink), inside * .95);
  return mix(c, vec3f(.035, .022, .02), .93 * eye_rim(s));
}
