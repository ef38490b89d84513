import { expect, test } from 'vitest';
import { imagePixels } from '../../src/engine/memory/image.ts';
import { pack } from '../../src/engine/memory/layouts.ts';
import { createStorageBuffer } from '../../src/engine/memory/tensors.ts';
import { Presenter } from '../../src/engine/present.ts';
import { openTestEngine } from '../support/test_device.ts';

/**
 * Draws an image (1, channels, side, side) onto a canvas of `pixels` a side.
 * @param again draws it a second time, after its tensor has got other values
 * @returns the canvas's bytes, RGBA
 */
async function draw(
  image: Float32Array<ArrayBuffer>,
  channels: number,
  { pixels, bicubic, again = false }: { pixels: number; bicubic: boolean; again?: boolean },
): Promise<Uint8Array> {
  const engine = await openTestEngine();
  const { device } = engine;
  const side = Math.sqrt(image.length / channels);
  const texture = device.createTexture({
    size: [pixels, pixels],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  });
  const context = { configure: () => undefined, getCurrentTexture: () => texture };
  const presenter = await Presenter.create(engine, context);
  presenter.bicubic = bicubic;
  const shape = [1, channels, side, side];
  const values = pack('map', shape, image);
  const buffer = createStorageBuffer(device, values.byteLength, 'image');
  device.queue.writeBuffer(buffer, 0, values);
  presenter.draw({ layout: 'map', shape, buffer, offset: 0, bytes: values.byteLength });
  if (again) {
    device.queue.writeBuffer(buffer, 0, new Float32Array(values.length));
    presenter.redraw();
  }
  const bytes = await readTexture(device, texture);
  presenter.destroy();
  buffer.destroy();
  texture.destroy();
  return bytes;
}

async function readTexture(device: GPUDevice, texture: GPUTexture): Promise<Uint8Array> {
  const { width, height } = texture;
  const bytesPerRow = Math.ceil((4 * width) / 256) * 256;
  const staging = device.createBuffer({
    size: bytesPerRow * height,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer: staging, bytesPerRow }, [width, height]);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const mapped = new Uint8Array(staging.getMappedRange());
  const rows = Array.from({ length: height }, (_, y) =>
    mapped.slice(y * bytesPerRow, y * bytesPerRow + 4 * width),
  );
  staging.destroy();
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}

/** Values from beyond −1 to beyond 1, each byte's middle, so that a rounding cannot change it. */
const testImage = (channels: number, side: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    { length: channels * side * side },
    (_, i) => (((i * 37) % 300) - 20 + 0.5 - 128) / 127.5,
  );

for (const channels of [3, 1])
  for (const bicubic of [false, true])
    test(`an image of ${channels} channels has its bytes at its own size, bicubic ${bicubic}`, async () => {
      const image = testImage(channels, 9);
      const { rgba } = imagePixels(image, channels);
      expect(await draw(image, channels, { pixels: 9, bicubic })).toEqual(Uint8Array.from(rgba));
    });

test('the last image can be drawn again when its tensor holds another', async () => {
  const image = testImage(3, 9);
  const { rgba } = imagePixels(image, 3);
  const drawn = await draw(image, 3, { pixels: 9, bicubic: false, again: true });
  expect(drawn).toEqual(Uint8Array.from(rgba));
});

test('without interpolation each pixel is a square', async () => {
  const image = testImage(3, 5);
  const { rgba } = imagePixels(image, 3);
  const drawn = await draw(image, 3, { pixels: 20, bicubic: false });
  const expected = Uint8Array.from({ length: 4 * 20 * 20 }, (_, i) => {
    const [y, x, k] = [Math.floor(i / 80), Math.floor(i / 4) % 20, i % 4];
    return rgba[4 * ((y >> 2) * 5 + (x >> 2)) + k];
  });
  expect(drawn).toEqual(expected);
});

test('interpolation is the cubic of Keys with a = −½', async () => {
  const [side, pixels] = [6, 21];
  const image = testImage(1, side).map((v) => v / 2);
  const drawn = await draw(image, 1, { pixels, bicubic: true });
  const kernel = (x: number): number => {
    const t = Math.abs(x);
    if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
    return t < 2 ? -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2 : 0;
  };
  const inside = (i: number): number => Math.min(side - 1, Math.max(0, i));
  const at = (p: number): number => ((p + 0.5) * side) / pixels - 0.5;
  let worst = 0;
  for (let y = 0; y < pixels; y++)
    for (let x = 0; x < pixels; x++) {
      let sum = 0;
      for (let row = -3; row < side + 3; row++)
        for (let column = -3; column < side + 3; column++)
          sum +=
            kernel(at(y) - row) *
            kernel(at(x) - column) *
            image[inside(row) * side + inside(column)];
      const byte = Math.min(255, Math.max(0, 127.5 * sum + 128));
      // Truncated: the byte is at most the value, and less than one below it.
      const error = byte - drawn[4 * (y * pixels + x)];
      worst = Math.max(worst, Math.abs(error - 0.5));
    }
  expect(worst).toBeLessThan(0.5 + 1e-3);
});
