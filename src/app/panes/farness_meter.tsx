import type { Guide } from '../state/standing.ts';

/** P_N at the meter's end where no drag ends before. */
const usualEnd = 4;

const explanation =
  'P_N: how far the picture is from those that the model makes by itself. Theirs are near 1; the more, the likelier ' +
  'it is torn.';

/** How far the picture is from typical, and where a drag will end. */
export function FarnessMeter({ guide }: { readonly guide: Guide | undefined }) {
  const farness = guide?.farness.value;
  const { pn = 0, stopsAt } = farness ?? {};
  const end = stopsAt ?? Math.max(usualEnd, pn);
  const stops = stopsAt === undefined ? '' : ` · stops at ${stopsAt.toFixed(1)}`;
  return (
    <div class="farness" title={explanation} data-torn={farness?.torn}>
      <span id="farness-label">How far from typical</span>
      <span class="scale">
        <meter
          id="farness"
          aria-labelledby="farness-label"
          min={0}
          max={end}
          value={Math.min(pn, end)}
          aria-valuetext={farness ? `${pn.toFixed(1)}; 1 is typical${stops}` : 'not known yet'}
        />
        <i style={{ left: `${100 / end}%` }} />
      </span>
      <output id="farness-value">{farness ? pn.toFixed(1) : '–'}</output>
      <small>{`1 is typical${stops}`}</small>
    </div>
  );
}
