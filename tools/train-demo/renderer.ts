import { readFileSync } from 'node:fs';
import type { Factors } from './factors.ts';
import { pictureFloats, pictureParameters } from './parameters.ts';

/** In the order in which they build on each other. */
const sceneFiles = [
  'parameters',
  'primitives',
  'mane',
  'head',
  'fur',
  'canonical',
  'material',
  'shade',
  'march',
];
/** Pixels along a tile of the cone march; `tile` in march.wgsl. */
const tileSize = 4;
const workgroupSize = 8;

export interface Rendered {
  /** r, g, b of every pixel. */
  rgb: Uint8Array;
  /** Part id (0 = background) plus 16 on eyes, nose and mouth. */
  ids: Uint8Array;
  /** x, y, z, part id of every pixel, if asked for. */
  canonical: Float32Array | undefined;
}

export interface RendererOptions {
  resolution: number;
  /** Samples along each axis of a pixel. */
  samples: number;
  /** Pictures at a time. */
  batch: number;
  canonical: boolean;
}

export type Renderer = (pictures: Factors[]) => Promise<Rendered>;

function sceneSource(): string {
  const read = (name: string) =>
    readFileSync(new URL(`./scene/${name}.wgsl`, import.meta.url), 'utf8');
  return sceneFiles.map(read).join('\n');
}

/** Splits r, g, b, id words into colours and ids. */
function unpack(words: Uint8Array): Pick<Rendered, 'rgb' | 'ids'> {
  const pixels = words.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  const ids = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    rgb.set(words.subarray(4 * i, 4 * i + 3), 3 * i);
    ids[i] = words[4 * i + 3];
  }
  return { rgb, ids };
}

async function readBack(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  await buffer.mapAsync(GPUMapMode.READ);
  const copy = buffer.getMappedRange().slice(0, bytes);
  buffer.unmap();
  return copy;
}

function bindGroupLayout(device: GPUDevice): GPUBindGroupLayout {
  const types: GPUBufferBindingType[] = [
    'read-only-storage',
    'storage',
    'storage',
    'uniform',
    'storage',
  ];
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
}

export async function createRenderer(
  device: GPUDevice,
  options: RendererOptions,
): Promise<Renderer> {
  const { resolution, samples, batch, canonical } = options;
  const module = device.createShaderModule({ code: sceneSource() });
  const group = bindGroupLayout(device);
  const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
  const pipeline = (entryPoint: string) =>
    device.createComputePipelineAsync({ layout, compute: { module, entryPoint } });
  const [findStarts, render] = await Promise.all([pipeline('find_starts'), pipeline('render')]);

  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const make = (size: number, usage: number) => device.createBuffer({ size, usage });
  const pixels = batch * resolution ** 2;
  const canonicalBytes = canonical ? pixels * 16 : 16;
  const parameters = make(batch * pictureFloats * 4, STORAGE | COPY_DST);
  const image = make(pixels * 4, STORAGE | COPY_SRC);
  const positions = make(canonicalBytes, STORAGE | COPY_SRC);
  const settings = make(16, UNIFORM | COPY_DST);
  const starts = make((pixels / tileSize ** 2) * 8, STORAGE);
  const imageCopy = make(pixels * 4, MAP_READ | COPY_DST);
  const positionsCopy = make(canonicalBytes, MAP_READ | COPY_DST);
  const bindings = device.createBindGroup({
    layout: group,
    entries: [parameters, image, positions, settings, starts].map((buffer, binding) => ({
      binding,
      resource: { buffer },
    })),
  });
  const settingValues = new Uint32Array([resolution, samples, batch, canonical ? 1 : 0]);
  device.queue.writeBuffer(settings, 0, settingValues);

  return async (pictures) => {
    const count = pictures.length;
    if (count > batch) throw new Error(`at most ${batch} pictures at a time, not ${count}`);
    const values = new Float32Array(pictures.flatMap(pictureParameters));
    device.queue.writeBuffer(parameters, 0, values);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, bindings);
    const groups = (side: number) => Math.ceil(side / workgroupSize);
    pass.setPipeline(findStarts);
    pass.dispatchWorkgroups(groups(resolution / tileSize), groups(resolution / tileSize), count);
    pass.setPipeline(render);
    pass.dispatchWorkgroups(groups(resolution), groups(resolution), count);
    pass.end();
    const used = count * resolution ** 2;
    encoder.copyBufferToBuffer(image, 0, imageCopy, 0, used * 4);
    if (canonical) encoder.copyBufferToBuffer(positions, 0, positionsCopy, 0, used * 16);
    device.queue.submit([encoder.finish()]);
    const words = new Uint8Array(await readBack(imageCopy, used * 4));
    const places = canonical
      ? new Float32Array(await readBack(positionsCopy, used * 16))
      : undefined;
    return { ...unpack(words), canonical: places };
  };
}
