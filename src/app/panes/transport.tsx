import { effect, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type ActionContext, actions } from '../actions.ts';
import { iterationsDone } from '../run_progress.ts';
import type { Guide } from '../state/standing.ts';
import type { View } from '../state/view.ts';
import { ActionButton } from './action_button.tsx';
import { FarnessMeter } from './farness_meter.tsx';
import { Offers } from './offers.tsx';

interface Properties {
  readonly view: View;
  readonly context: ActionContext | undefined;
}

/** Start and stop, the counters of the run, and what the page has to say. */
export function Transport({ view, context }: Properties) {
  return (
    <div class="transport">
      <ActionButton
        id="run"
        action={actions.run}
        label="Start"
        class="primary"
        pressed={view.running.value}
        context={context}
      />
      <Counters view={view} />
      <FarnessMeter guide={context?.editor.guide} />
      <div class="told">
        <StatusLine view={view} guide={context?.editor.guide} />
        <Offers view={view} context={context} />
      </div>
      <p id="announcer" class="unseen" aria-live="polite">
        {view.announcement}
      </p>
    </div>
  );
}

/** What the page has to say, else what can be done next. Said again, it is written again, so that a screen reader says it again. */
function StatusLine({ view, guide }: { readonly view: View; readonly guide: Guide | undefined }) {
  const line = useRef<HTMLParagraphElement>(null);
  const hint = guide?.hint;
  useLayoutEffect(
    () =>
      effect(() => {
        const { text, kind } = view.status.value;
        const shown = text || (hint?.value ?? '');
        if (!line.current) return;
        line.current.dataset.kind = kind;
        line.current.textContent = shown;
      }),
    [hint],
  );
  return <p id="status" ref={line} role="status" />;
}

function Counters({ view }: { readonly view: View }) {
  const iteration = view.iteration.value;
  const pace = view.pace.value;
  const loss = useSignal('–');
  useSignalEffect(() => {
    const last = view.iteration.value;
    if (!last) loss.value = '–';
    // One that arrives makes no step, and has no loss.
    else if (!last.arrived) loss.value = (last.lossMotion + last.lossMask).toPrecision(3);
  });
  return (
    <dl>
      <Counter label="Iteration" id="iteration">
        {iteration ? iterationsDone(iteration) : '–'}
      </Counter>
      <Counter label="Distance" id="distance" unit="px">
        {iteration?.distance.toFixed(1) ?? '–'}
      </Counter>
      <Counter label="Loss" id="loss">
        {loss}
      </Counter>
      <Counter label="Per iteration" id="pace" unit="ms">
        {pace?.toFixed(pace < 10 ? 1 : 0) ?? '–'}
      </Counter>
    </dl>
  );
}

interface CounterProperties {
  readonly label: string;
  readonly id: string;
  readonly unit?: string;
  readonly children: ComponentChildren;
}

const Counter = ({ label, id, unit, children }: CounterProperties) => (
  <div>
    <dt>{label}</dt>
    <dd>
      <span id={id}>{children}</span> {unit && <small>{unit}</small>}
    </dd>
  </div>
);
