import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { DragganError } from '../../src/formats/errors.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';

// Wrong input must be found before a device is opened: here, opening one is a fault.
vi.mock('../../src/cli/files/open_model.ts', () => ({
  openModel: () => {
    throw new Error('a device was opened');
  },
}));

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const tiny = fixture('tiny.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** What a command line is refused with. */
async function refusal(args: string[]): Promise<unknown> {
  try {
    return await runCommand(args, new Progress());
  } catch (error) {
    return error;
  }
}

/** Runs the command as a person does. */
function draggan(...args: string[]) {
  const entry = fileURLToPath(new URL('../../src/cli/draggan.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('draggan', () => {
  it('prints what a model is', () => {
    const { status, stdout, stderr } = draggan('info', tiny);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'safetensors',
      resolution: 64,
      img_channels: 3,
      channels: { 4: 32, 8: 32, 16: 32, 32: 32, 64: 16 },
      z_dim: 64,
      c_dim: 0,
      w_dim: 64,
      num_ws: 10,
      mapping_layers: 2,
      parameters: 108008,
    });
  });

  it('ends wrong input with code 2 and one line', () => {
    const { status, stdout, stderr } = draggan('info', inFolder('ab\nsent.safetensors'));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^draggan: [^\n]*ab\\nsent\.safetensors: no such file\n$/);
  });

  it('explains itself', async () => {
    const overview = await runCommand(['--help'], new Progress());
    for (const name of ['info', 'generate', 'eval', 'drag', 'latent']) {
      expect(overview).toContain(`draggan ${name} MODEL`);
      expect(await runCommand([name, '--help'], new Progress())).toContain(`draggan ${name} MODEL`);
    }
    expect(await runCommand(['drag', '--help'], new Progress())).toContain('--feature-block N');
    expect(await runCommand(['--version'], new Progress())).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe('wrong input', () => {
  const drag = (...args: string[]) => ['drag', tiny, '--seed', '1', ...args];
  const points = ['--points', '5,5>9,9'];
  const out = ['--out', inFolder('o.safetensors')];
  const picture = ['--out', inFolder('o.png')];
  const invert = (...args: string[]) => ['invert', tiny, '--out', inFolder('o.npz'), ...args];
  const photograph = ['--image', inFolder('small.png')];
  const tuned = ['--delta', inFolder('o.safetensors')];
  const evaluate = (...args: string[]) => ['eval', tiny, '--latent', tiny, ...args, ...out];

  beforeAll(() => {
    const whole = readFileSync(tiny);
    writeFileSync(inFolder('cut.safetensors'), whole.subarray(0, 100_000));
    writeFileSync(inFolder('text.safetensors'), 'hello, world: not a model at all');
    writeFileSync(inFolder('mask.png'), 'no png');
    const small = new PNG({ width: 32, height: 32 });
    writeFileSync(inFolder('small.png'), PNG.sync.write(small));
    const broken = PNG.sync.write(new PNG({ width: 64, height: 64 }));
    writeFileSync(inFolder('broken.png'), broken.subarray(0, broken.length - 30));
    const tensors = {
      'ws.safetensors': { ws: { shape: [1, 9, 64], data: new Float32Array(9 * 64) } },
      'nan.safetensors': { w: { shape: [64], data: new Float32Array(64).fill(Number.NaN) } },
      'mask.safetensors': { mask: { shape: [64, 63], data: new Float32Array(64 * 63) } },
      'grey.safetensors': { mask: { shape: [64, 64], data: new Float32Array(64 * 64).fill(1.5) } },
      'cotangent.safetensors': { cotangent: { shape: [1, 3, 8, 8], data: new Float32Array(192) } },
    };
    for (const [name, content] of Object.entries(tensors)) {
      writeFileSync(inFolder(name), writeSafetensors(new Map(Object.entries(content))));
    }
  });

  const cases: [what: string, args: string[], message: RegExp][] = [
    ['no command', [], /which command\?/],
    ['an unknown command', ['frobnicate', tiny], /no command "frobnicate"; there is info/],
    ['a command of an object’s', ['toString', tiny], /no command "toString"/],
    ['no model', ['info'], /no MODEL/],
    ['two models', ['info', tiny, 'other'], /what is "other"/],
    ['an unknown option', ['info', tiny, '--frobnicate'], /Unknown option '--frobnicate'/],
    ['an option without its value', ['generate', tiny, '--seed'], /--seed.*argument missing/],
    ['a cut file', ['info', inFolder('cut.safetensors')], /cut\.safetensors: tensor .* outside/],
    ['a text file', ['info', inFolder('text.safetensors')], /byte 0: no model that we know/],
    ['no such file', ['info', inFolder('absent')], /absent: no such file/],
    ['a folder', ['info', folder], /: not a file/],
    ['no network', ['info', fixture('seeds.safetensors')], /none of its 8 tensors/],
    [
      'an unknown tensor',
      evaluate('--tensors', 'b999.x'),
      /--tensors: no tensor "b999.x"; there is/,
    ],
    ['no tensors', evaluate('--tensors', ''), /--tensors: is needed/],
    ['an unknown noise', evaluate('--tensors', 'image', '--noise', 'loud'), /--noise: "loud"/],
    [
      'a gradient of an unknown tensor',
      evaluate('--tensors', 'image', '--gradient', 'w', '--cotangent', tiny),
      /--gradient: no tensor "w"/,
    ],
    [
      'a gradient without a cotangent',
      evaluate('--tensors', 'image', '--gradient', 'image'),
      /--cotangent: is needed/,
    ],
    [
      'a cotangent of another shape',
      evaluate(
        '--tensors',
        'image',
        '--gradient',
        'image',
        '--cotangent',
        inFolder('cotangent.safetensors'),
      ),
      /tensor cotangent: shape \[1, 3, 8, 8\] found, \[1, 3, 64, 64\] needed/,
    ],
    [
      'no cotangent in its file',
      evaluate(
        '--tensors',
        'b8.x',
        '--gradient',
        'b8.x',
        '--cotangent',
        fixture('seeds.safetensors'),
      ),
      /wanted is a tensor cotangent or feature_cotangent/,
    ],
    [
      'z beside a seed',
      ['generate', tiny, '--z', tiny, '--seed', '1', ...picture],
      /--seed: has no meaning beside --z/,
    ],
    ['no seed', ['generate', tiny, ...picture], /--seed: is needed, or --latent/],
    [
      'no number as seed',
      ['generate', tiny, '--seed', 'x', ...picture],
      /--seed: "x" is not a whole/,
    ],
    [
      'a seed below 0',
      ['generate', tiny, '--seed', '-1', ...picture],
      /--seed: "-1" is not a whole/,
    ],
    [
      'a seed too large',
      ['generate', tiny, '--seed', '4294967296', ...picture],
      /from 0 to 4294967295/,
    ],
    ['a hexadecimal seed', ['generate', tiny, '--seed', '0x10', ...picture], /--seed: "0x10"/],
    [
      'an endless psi',
      ['generate', tiny, '--seed', '1', '--psi', 'Infinity', ...picture],
      /--psi: "Inf/,
    ],
    [
      'a class of none',
      ['generate', tiny, '--seed', '1', '--class', '0', ...picture],
      /has no classes/,
    ],
    [
      'a class too many',
      ['generate', fixture('conditional.safetensors'), '--seed', '1', '--class', '4', ...picture],
      /--class: "4" is not a whole number from 0 to 3/,
    ],
    ['no output', ['generate', tiny, '--seed', '1'], /--out: is needed/],
    [
      'an output in no folder',
      ['generate', tiny, '--seed', '1', '--out', inFolder('none/o.png')],
      /--out: .*there is no folder/,
    ],
    ['a folder as output', ['generate', tiny, '--seed', '1', '--out', folder], /is a folder/],
    [
      'a latent of another network',
      ['drag', tiny, ...points, '--latent', inFolder('ws.safetensors')],
      /tensor ws: shape \[1, 9, 64\] found, \[10, 64\] needed/,
    ],
    [
      'a latent of nothing',
      ['drag', tiny, ...points, '--latent', inFolder('nan.safetensors')],
      /tensor w: a value is not finite/,
    ],
    [
      'no latent in its file',
      ['drag', tiny, ...points, '--latent', fixture('seeds.safetensors')],
      /wanted is a tensor ws0, ws, w/,
    ],
    ['a seed and a latent', drag(...points, '--latent', tiny), /--seed: has no meaning beside/],
    ['rows alone', drag(...points, '--mix-rows', '0'), /--mix-seed: is needed/],
    ['a mixed seed alone', drag(...points, '--mix-seed', '2'), /--mix-rows: is needed/],
    [
      'a row that is not there',
      drag(...points, '--mix-seed', '2', '--mix-rows', '0-3,10'),
      /--mix-rows: "10" is neither a row from 0 to 9/,
    ],
    [
      'rows backwards',
      drag(...points, '--mix-seed', '2', '--mix-rows', '3-0'),
      /--mix-rows: "3-0" is neither/,
    ],
    [
      'a latent of no known format',
      ['latent', tiny, '--seed', '1', '--out', inFolder('latent.png')],
      /--out: .*should end in .npy, .npz, .safetensors/,
    ],
    [
      'one file for picture and latent',
      drag(...points, ...out, '--out-latent', inFolder('o.safetensors')),
      /--out-latent: the same file as --out/,
    ],
    ['no points', drag('--points', ''), /--points: no points/],
    ['points left out', drag(), /--points: no points/],
    ['points that do not parse', drag('--points', 'a,b>c'), /point 1 \(a,b>c\): wanted is row/],
    ['a point of half a pixel', drag('--points', '5,5>9,9;1.5,2>3,4'), /point 2 \(1.5,2>3,4\)/],
    ['a target outside', drag('--points', '5,5>5000,5000'), /the target lies outside .* 64 × 64/],
    ['a handle outside', drag('--points', '64,0>5,5'), /the handle lies outside/],
    ['a point below 0', drag('--points', '0,0>-1,5'), /the target lies outside/],
    ['steps below 0', drag(...points, '--steps', '-3'), /--steps: "-3" is not a whole number/],
    ['half a step', drag(...points, '--steps', '1.5'), /--steps: "1.5"/],
    ['a learning rate below 0', drag(...points, '--lr', '-1e-3'), /--lr: "-1e-3" is not a number/],
    ['a radius larger than all', drag(...points, '--r2', '513'), /--r2: "513".* from 0 to 512/],
    ['a block that is not there', drag(...points, '--feature-block', '6'), /from 0 to 5/],
    ['an unknown precision', drag(...points, '--precision', 'f8'), /--precision: "f8" is none/],
    [
      'an unknown space',
      drag(...points, '--space', 'y'),
      /--space: "y" is none of z, principal, w, w\+/,
    ],
    ['a mask that is no image', drag(...points, '--mask', inFolder('mask.png')), /neither a PNG/],
    [
      'a mask of another size',
      drag(...points, '--mask', inFolder('small.png')),
      /is 32 × 32 pixels/,
    ],
    ['an inverted mask without one', drag(...points, '--mask-invert'), /without --mask/],
    ['a broken mask', drag(...points, '--mask', inFolder('broken.png')), /a broken PNG/],
    [
      'a mask of another shape',
      drag(...points, '--mask', inFolder('mask.safetensors')),
      /\[64, 63\] found, \[64, 64\] needed/,
    ],
    [
      'a mask of other numbers',
      drag(...points, '--mask', inFolder('grey.safetensors')),
      /not from 0 to 1/,
    ],
    ['a file with no mask', drag(...points, '--mask', tiny), /tensor mask: missing/],
    [
      'a trace in no folder',
      drag(...points, '--trace', inFolder('none/t')),
      /--trace: .*no folder/,
    ],
    ['a photograph that is none', invert('--image', tiny), /tiny.safetensors is neither a PNG/],
    ['no photograph', invert(), /--image: is needed/],
    ['no file for the latent', ['invert', tiny, ...photograph], /--out: is needed/],
    [
      'tuned weights without a file',
      invert(...photograph, '--fine-tuning-steps', '5'),
      /--fine-tuning-steps: has no meaning without --delta/,
    ],
    [
      'no step of tuning',
      invert(...photograph, ...tuned, '--fine-tuning-steps', '0'),
      /--fine-tuning-steps: "0" is not a whole number from 1/,
    ],
    [
      'a locality below 0',
      invert(...photograph, ...tuned, '--locality', '-1'),
      /--locality: "-1" is not a number/,
    ],
    [
      'tuned weights in no folder',
      invert(...photograph, '--delta', inFolder('none/d')),
      /--delta: .*there is no folder/,
    ],
    [
      'one file for latent and weights',
      invert(...photograph, '--delta', inFolder('o.npz')),
      /--delta: the same file as --out/,
    ],
    [
      'a known latent that nothing is tuned around',
      ['invert', tiny, ...photograph, '--latent', tiny],
      /--delta: is needed/,
    ],
    [
      'a search for what is known',
      ['invert', tiny, ...photograph, '--latent', tiny, '--steps', '5', ...tuned],
      /--steps: has no meaning beside --latent/,
    ],
    [
      'noise that nothing keeps',
      invert(...photograph, '--noise'),
      /--noise: is kept by a weight delta alone/,
    ],
    [
      'a search for noise at a known latent',
      ['invert', tiny, ...photograph, '--latent', tiny, '--noise', ...tuned],
      /--noise: has no meaning beside --latent/,
    ],
    [
      'a known latent of another network',
      ['invert', tiny, ...photograph, '--latent', inFolder('ws.safetensors'), ...tuned],
      /tensor ws: shape \[1, 9, 64\] found/,
    ],
    [
      'one file for two',
      drag(...points, ...out, '--trace', inFolder('o.safetensors')),
      /--out: the same/,
    ],
  ];
  it.each(cases)('%s is refused', async (_, args, message) => {
    const error = await refusal(args);
    expect(error).toBeInstanceOf(DragganError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain('\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('o.'))).toEqual([]);
  });
});
