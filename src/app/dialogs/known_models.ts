/** A model, or a family of them, that its authors publish and that this page opens. */
export interface KnownModel {
  readonly name: string;
  /** What its pictures show. */
  readonly shows: string;
  /** Sides of its pictures in pixels. */
  readonly resolution: string;
  readonly licence: string;
  /** Where its authors tell how to get it. */
  readonly address: string;
  /** What is to be known before it is downloaded. */
  readonly note?: string;
}

const nvidiaLicence = 'NVIDIA Source Code License: not for commercial use';

/** Links only: the page itself contacts none of these. */
export const knownModels: readonly KnownModel[] = [
  {
    name: 'StyleGAN2-ADA for PyTorch',
    shows:
      'faces (FFHQ, MetFaces), cats, dogs and wild animals (AFHQ), breast tissue (BreCaHAD), classes of CIFAR-10',
    resolution: '32, 512, 1024',
    licence: nvidiaLicence,
    address: 'https://github.com/NVlabs/stylegan2-ada-pytorch',
    note: '.pkl, opened as they are.',
  },
  {
    name: 'StyleGAN2',
    shows: 'faces, cars, cats, churches, horses',
    resolution: '256, 512, 1024',
    licence: nvidiaLicence,
    address: 'https://github.com/NVlabs/stylegan2',
    note: 'Pickles of TensorFlow, config-f; the official DragGAN’s car and cat are of these.',
  },
  {
    name: 'Self-Distilled StyleGAN',
    shows: 'lions, dogs, elephants, horses, bicycles, parrots, giraffes',
    resolution: '256, 512, 1024',
    licence: 'CC BY 4.0',
    address: 'https://github.com/self-distilled-stylegan/self-distilled-internet-photos',
    note: 'The official DragGAN’s lions, dogs, elephants and horses.',
  },
  {
    name: 'DragGAN',
    shows: 'its list of the models above, and how its authors fetch them',
    resolution: '256, 512, 1024',
    licence: 'of each model’s own authors',
    address: 'https://github.com/XingangPan/DragGAN',
  },
  {
    name: 'StyleGAN-Human',
    shows: 'people from head to foot',
    resolution: '256 × 512, 512 × 1024',
    licence: 'see its authors’ page',
    address: 'https://github.com/stylegan-human/StyleGAN-Human',
    note: 'Its pictures are taller than wide.',
  },
];
