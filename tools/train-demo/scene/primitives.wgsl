// Distances, blends and noise: nothing here knows of lions.

// 1 / radii, so that constant ellipsoids fold at compile time.
fn radii(x: f32, y: f32, z: f32) -> vec3f { return vec3f(1. / x, 1. / y, 1. / z); }

// Distance bound of an ellipsoid, k0 (k0 - 1) / k1, from the reciprocals of its radii.
fn ellipsoid(p: vec3f, inverse_radii: vec3f) -> f32 {
  let a = p * inverse_radii;
  let b = a * inverse_radii;
  let k0 = sqrt(dot(a, a));
  return k0 * (k0 - 1.) * inverseSqrt(max(dot(b, b), 1e-6));
}

fn smooth_min(a: f32, b: f32, width: f32) -> f32 {
  let h = max(width - abs(a - b), 0.);
  return min(a, b) - h * h * (.25 / width);
}

fn smooth_max(a: f32, b: f32, width: f32) -> f32 {
  let h = max(width - abs(a - b), 0.);
  return max(a, b) + h * h * (.25 / width);
}

// Smoothstep whose edges may come in either order.
fn ramp(start: f32, end: f32, x: f32) -> f32 {
  let t = clamp((x - start) / (end - start), 0., 1.);
  return t * t * (3. - 2. * t);
}

fn hash(i: f32) -> f32 { return fract(sin(i * 12.9898 + 4.1) * 43758.5453); }

fn hash_cell(p: vec3i) -> f32 {
  var x = (u32(p.x) * 0x8da6b343u) ^ (u32(p.y) * 0xd8163841u) ^ (u32(p.z) * 0xcb1ab31fu);
  x = x ^ (x >> 15u);
  x *= 0x2c1b3c6du;
  x = x ^ (x >> 12u);
  x *= 0x297a2d39u;
  x = x ^ (x >> 15u);
  return f32(x & 0xffffu) / 65535.;
}

// Value noise in 0..1 (x) and its gradient (yzw).
fn noise(x: vec3f) -> vec4f {
  let i = vec3i(floor(x));
  let f = fract(x);
  let w = f * f * (3. - 2. * f);
  let dw = 6. * f * (1. - f);
  let a = hash_cell(i);                   let b = hash_cell(i + vec3i(1, 0, 0));
  let c = hash_cell(i + vec3i(0, 1, 0));  let d = hash_cell(i + vec3i(1, 1, 0));
  let e = hash_cell(i + vec3i(0, 0, 1));  let g = hash_cell(i + vec3i(1, 0, 1));
  let h = hash_cell(i + vec3i(0, 1, 1));  let j = hash_cell(i + vec3i(1, 1, 1));
  let kx = b - a; let ky = c - a; let kz = e - a;
  let kxy = a - b - c + d; let kyz = a - c - e + h; let kzx = a - b - e + g;
  let kxyz = -a + b + c - d + e - g - h + j;
  return vec4f(
    a + kx * w.x + ky * w.y + kz * w.z + kxy * w.x * w.y + kyz * w.y * w.z + kzx * w.z * w.x
      + kxyz * w.x * w.y * w.z,
    dw * vec3f(kx + kxy * w.y + kzx * w.z + kxyz * w.y * w.z,
               ky + kyz * w.z + kxy * w.x + kxyz * w.z * w.x,
               kz + kzx * w.x + kyz * w.y + kxyz * w.x * w.y));
}
