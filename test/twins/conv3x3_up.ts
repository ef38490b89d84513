import { Tensor, type Twin } from './twin.ts';

/** t[o, 2i+a, 2j+b] += W[o,c,a,b] · s[c] · x[c,i,j] (SPEC §2), before its FIR. */
export const conv3x3_up: Twin = (
  { x, styles, weight },
  { samples, inputs, outputs, height, width },
) => {
  const rows = 2 * height + 1;
  const columns = 2 * width + 1;
  const t = new Float64Array(samples * outputs * rows * columns);
  for (let n = 0; n < samples; n++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < inputs; c++)
        for (let i = 0; i < height; i++)
          for (let j = 0; j < width; j++)
            for (let a = 0; a < 3; a++)
              for (let b = 0; b < 3; b++)
                t[((n * outputs + o) * rows + 2 * i + a) * columns + 2 * j + b] +=
                  weight.at(o, c, a, b) * styles.at(n, c) * x.at(n, c, i, j);
  return { t: new Tensor([samples, outputs, rows, columns], t) };
};
