// A drag from a program: what the README shows, run on the packed package by test/library/package.test.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { createDragSession, loadModel, openEngine, writeLatent } from 'draggan-webgpu';
import { openNodeGpu } from 'draggan-webgpu/node';

const { gpu } = await openNodeGpu(); // In a browser: navigator.gpu.
const engine = await openEngine(gpu);
const demo = new URL(import.meta.resolve('draggan-webgpu/weights/demo.safetensors'));
const model = await loadModel(engine, await readFile(demo));
const session = await createDragSession(model, await model.latent({ seed: 1 }, { psi: 0.7 }));
session.setPoints([{ handle: [84, 64], target: [94, 64] }]);
session.on('iteration', ({ iteration, distance }) => console.log(iteration, distance));
const { stopped, iterations } = await session.run({ steps: 2 });
const picture = await session.image();
await writeFile('dragged.npy', writeLatent(await session.latent(), model.config, 'npy'));
console.log(JSON.stringify({ stopped, iterations, width: picture.width }));
model.destroy();
engine.destroy();
