import { computed, effect } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import { drawImage } from '../dom/picture_canvas.tsx';
import type { Store } from '../state/store.ts';
import type { SeenPicture, View } from '../state/view.ts';
import type { Stage } from './stage.ts';
import { shrunk, warpImage } from './warp.ts';

/** Pixels on a side of a picture that is warped: a larger one is made smaller first. */
const largestSide = 320;

/**
 * Where the model's own pictures come too late to follow a hand: the last of them, with what lies at the handles pulled
 * to the targets, over the picture. Each picture that comes takes the place of the one before.
 */
export class WarpView {
  constructor(stage: Stage, store: Store, view: View) {
    const canvas = stage.elements.warp;
    const warps = computed(() => view.running.value && view.slow.value);
    const small = computed(() =>
      warps.value && view.seen.value ? reduced(view.seen.value) : undefined,
    );
    const moves = computed(() => {
      const { points } = store.document.value;
      if (!small.value) return undefined;
      const { image, handles, scale } = small.value;
      // A point that was placed since lies where the document has it.
      const from = handles.length === points.length ? handles : points.map(({ handle }) => handle);
      const placed = ([row, column]: Point): Point => [row / scale, column / scale];
      return {
        image,
        moves: points.map(({ target }, j) => ({ from: placed(from[j]), to: placed(target) })),
      };
    });
    let asked = false;
    const draw = (): void => {
      asked = false;
      const shown = moves.peek();
      canvas.hidden = !shown;
      if (shown) drawImage(canvas, warpImage(shown.image, shown.moves));
    };
    effect(() => {
      // Once a frame at most.
      moves.value;
      if (!asked) requestAnimationFrame(draw);
      asked = true;
    });
    effect(() => {
      canvas.classList.toggle('squares', !view.smooth.value);
    });
  }
}

/** A picture that is small enough to be warped in every frame, and by what it is smaller. */
function reduced({ image, handles }: SeenPicture) {
  const scale = Math.ceil(Math.max(image.height, image.width) / largestSide);
  return { image: scale > 1 ? shrunk(image, scale) : image, handles, scale };
}
