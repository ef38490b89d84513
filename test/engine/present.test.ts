import { expect, test } from 'vitest';
import { imagePixels } from '../../src/engine/memory/image.ts';
import { pack } from '../../src/engine/memory/layouts.ts';
import { createStorageBuffer } from '../../src/engine/memory/tensors.ts';
import { Presenter } from '../../src/engine/present.ts';
import { openTestEngine } from '../support/test_device.ts';

/** Of images and canvases. */
interface Size {
  readonly height: number;
  readonly width: number;
}

const square = (side: number): Size => ({ height: side, width: side });

/**
 * Draws an image (1, channels, height, width) onto a canvas.
 * @param again draws it a second time, after its tensor has got other values
 * @returns the canvas's bytes, RGBA
 */
async function draw(
  image: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  { canvas, bicubic, again = false }: { canvas: Size; bicubic: boolean; again?: boolean },
): Promise<Uint8Array> {
  const engine = await openTestEngine();
  const { device } = engine;
  const texture = device.createTexture({
    size: [canvas.width, canvas.height],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  });
  const context = { configure: () => undefined, getCurrentTexture: () => texture };
  const presenter = await Presenter.create(engine, context);
  presenter.bicubic = bicubic;
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
const testImage = (channels: number, { height, width }: Size): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    { length: channels * height * width },
    (_, i) => (((i * 37) % 300) - 20 + 0.5 - 128) / 127.5,
  );

const sizes = [square(9), { height: 12, width: 7 }, { height: 3, width: 11 }];

/** Over white. */
const opaque = (rgba: Uint8ClampedArray): Uint8Array =>
  Uint8Array.from(rgba, (value, i) => {
    if (i % 4 === 3) return 255;
    const alpha = rgba[i - (i % 4) + 3] / 255;
    return Math.round(255 * (1 - alpha) + value * alpha);
  });

for (const channels of [4, 3, 2, 1])
  for (const size of sizes)
    for (const bicubic of [false, true])
      test(`${size.height} × ${size.width} pixels of ${channels} channels have their bytes at their own size, bicubic ${bicubic}`, async () => {
        const image = testImage(channels, size);
        const shape = [1, channels, size.height, size.width];
        const { rgba, ...shown } = imagePixels(image, shape);
        expect(shown).toEqual({ ...size, channels });
        expect(await draw(image, shape, { canvas: size, bicubic })).toEqual(opaque(rgba));
      });

test('the last image can be drawn again when its tensor holds another', async () => {
  const image = testImage(3, square(9));
  const { rgba } = imagePixels(image, [1, 3, 9, 9]);
  const options = { canvas: square(9), bicubic: false, again: true };
  const drawn = await draw(image, [1, 3, 9, 9], options);
  expect(drawn).toEqual(Uint8Array.from(rgba));
});

test('without interpolation each pixel is a square', async () => {
  const image = testImage(3, { height: 3, width: 5 });
  const { rgba } = imagePixels(image, [1, 3, 3, 5]);
  const canvas = { height: 12, width: 20 };
  const drawn = await draw(image, [1, 3, 3, 5], { canvas, bicubic: false });
  const expected = Uint8Array.from({ length: 4 * 12 * 20 }, (_, i) => {
    const [y, x, k] = [Math.floor(i / 80), Math.floor(i / 4) % 20, i % 4];
    return rgba[4 * ((y >> 2) * 5 + (x >> 2)) + k];
  });
  expect(drawn).toEqual(expected);
});

test.each([
  { height: 6, width: 6, canvas: square(21) },
  { height: 8, width: 3, canvas: { height: 26, width: 14 } },
])('interpolation is the cubic of Keys with a = −½, $height × $width', async (size) => {
  const { height, width, canvas } = size;
  const image = testImage(1, size).map((v) => v / 2);
  const drawn = await draw(image, [1, 1, height, width], { canvas, bicubic: true });
  const kernel = (x: number): number => {
    const t = Math.abs(x);
    if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
    return t < 2 ? -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2 : 0;
  };
  const inside = (i: number, length: number): number => Math.min(length - 1, Math.max(0, i));
  const at = (p: number, length: number, pixels: number): number =>
    ((p + 0.5) * length) / pixels - 0.5;
  let worst = 0;
  for (let y = 0; y < canvas.height; y++)
    for (let x = 0; x < canvas.width; x++) {
      let sum = 0;
      for (let row = -3; row < height + 3; row++)
        for (let column = -3; column < width + 3; column++)
          sum +=
            kernel(at(y, height, canvas.height) - row) *
            kernel(at(x, width, canvas.width) - column) *
            image[inside(row, height) * width + inside(column, width)];
      const byte = Math.min(255, Math.max(0, 127.5 * sum + 128));
      // Truncated: the byte is at most the value, and less than one below it.
      const error = byte - drawn[4 * (y * canvas.width + x)];
      worst = Math.max(worst, Math.abs(error - 0.5));
    }
  expect(worst).toBeLessThan(0.5 + 1e-3);
});
