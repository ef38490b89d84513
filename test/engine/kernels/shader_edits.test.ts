import { expect, it } from 'vitest';
import { DragSession } from '../../../src/drag/session.ts';
import { Engine } from '../../../src/engine/device.ts';
import { ShaderError } from '../../../src/engine/kernels/shaders.ts';
import { draggable } from '../../../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../../../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { readDragFixture } from '../../support/drag_fixture.ts';
import { readFixture } from '../../support/fixture_files.ts';
import { openTestDevice } from '../../support/test_device.ts';

const adapter = {
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  features: [],
  isSoftware: true,
};

it('takes edited kernels over in pictures and drags, and keeps those that do not compile', async () => {
  const edits = new Map<string, (code: string) => string>();
  const shaders = async (name: string): Promise<string> => {
    const code = await nodeShaders(name);
    return edits.get(name)?.(code) ?? code;
  };
  const engine = new Engine(await openTestDevice(), adapter, shaders);
  const generator = await Generator.load(engine, readGenerator(readFixture('tiny').file));
  const { ws0, options, handles, targets } = readDragFixture('drag_tiny_1point');
  const session = new DragSession(draggable(generator), ws0, options);
  session.setPoints(handles.map((handle, j) => ({ handle, target: targets[j] })));
  await session.step();
  const moved = await session.latent();
  expect(moved).not.toEqual(ws0);

  edits.set('adam', (code) => code.replace('d_w[at], params', 'd_w[at], 0.0 * params'));
  await engine.pipelines.reload('adam');
  await session.step();
  expect(await session.latent()).toEqual(moved);
  expect(session.iteration).toBe(2);

  edits.set('adam', () => 'this is no kernel');
  await expect(engine.pipelines.reload('adam')).rejects.toThrow(ShaderError);
  await session.step();
  expect(await session.latent()).toEqual(moved);

  expect((await session.image()).rgba.some((value, i) => i % 4 !== 3 && value > 0)).toBe(true);
  edits.set('upsample', (code) => code.replace('image[at] = sum;', 'image[at] = vec4f(-1.0);'));
  await engine.pipelines.reload('upsample');
  expect((await session.image()).rgba.every((value, i) => i % 4 === 3 || value === 0)).toBe(true);
  await session.destroy();
  generator.destroy();
});
