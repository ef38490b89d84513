import { describe, expect, it } from 'vitest';
import { pictureName } from '../../../src/app/files/picture_name.ts';

describe('the name of a picture', () => {
  const source = { seed: 3, psi: 1 };
  const ws = new Float32Array();

  it('says model, seed, mix, and whether it was dragged', () => {
    const mix = { seed: 5, rows: [0, 1, 6] };
    expect(pictureName('my.model.pkl', source, false)).toBe('my.model-seed-3');
    expect(pictureName('demo.safetensors', { ...source, mix }, true)).toBe(
      'demo-seed-3-mix-5-rows-0-1_6-dragged',
    );
  });

  it('is the latent’s own, however often it is opened and dragged', () => {
    const named = (name: string) => pictureName('x', { ...source, latent: { name, ws } }, true);
    expect(named('demo-seed-3.npz')).toBe('demo-seed-3-dragged');
    expect(named(`${named('demo-seed-3.npz')}.npz`)).toBe('demo-seed-3-dragged');
  });

  it.each([
    ['../../.ssh/config', 'ssh-config'],
    ['C:\\a b|c?.npz', 'C-a-b-c-'],
    ['.npz', 'npz'],
    ['\u202e.pt', 'picture'],
    ['写真.npy', '写真'],
    ['a'.repeat(300), 'a'.repeat(50)],
  ])('is safe for any file system: %s', (name, expected) => {
    expect(pictureName('x', { ...source, latent: { name, ws } }, false)).toBe(expected);
  });
});
