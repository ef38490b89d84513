import { useRef } from 'preact/hooks';
import { Dialog } from '../dom/dialog.tsx';
import { FileField } from '../dom/file_field.tsx';
import { PictureCanvas } from '../dom/picture_canvas.tsx';
import { ProgressBar } from '../dom/progress_bar.tsx';
import type { PhotographEditing } from './photograph_editing.ts';
import { FrameSliders, PhotographFrame, widestPicture } from './photograph_frame.tsx';

/** A photograph into the model. */
export function PhotographDialog({ photograph }: { readonly photograph: PhotographEditing }) {
  const { open, framed, status, fraction, running, picture } = photograph;
  const file = useRef<HTMLInputElement>(null);
  return (
    <Dialog id="photograph" title="Edit a photograph" open={open}>
      <p class="hint">
        This finds the model’s own picture that is nearest to yours. It works for what the model was
        trained on: a face, for a model of faces, framed as its faces are. Fine-tuning then changes
        a copy of the model until it draws your picture. Nothing leaves this machine.
      </p>
      <div class="row">
        <button id="photograph-choose" type="button" onClick={() => file.current?.click()}>
          Choose a picture…
        </button>
        <FileField
          id="photograph-file"
          label="A photograph"
          accept="image/*"
          field={file}
          chosen={(chosen) => void photograph.choose(chosen)}
        />
      </div>
      <div class="pictures">
        <PhotographFrame framed={framed} />
        <PictureCanvas
          id="photograph-found"
          label="The model’s nearest picture"
          image={picture}
          extent={framed.extent.value}
          widest={widestPicture(framed.extent.value)}
        />
      </div>
      <FrameSliders framed={framed} />
      <ProgressBar
        id="photograph-progress"
        fraction={fraction.value}
        of="photograph-status"
        hidden={running.value === undefined}
      />
      <p id="photograph-status" role="status">
        {status}
      </p>
      <Steps photograph={photograph} />
    </Dialog>
  );
}

/** The steps one after the other: what can be done now, with what runs or comes next brought out. */
function Steps({ photograph }: { readonly photograph: PhotographEditing }) {
  const { open, framed, leaving, sampling } = photograph;
  const running = photograph.running.value;
  const found = photograph.found.value;
  const next = running ?? (!found ? 'invert' : found.fineTuning ? 'take' : 'fineTune');
  const look = (step: typeof next) => (step === next ? 'primary' : undefined);
  return (
    <div class="row">
      <button
        id="photograph-run"
        type="button"
        class={look('invert')}
        disabled={!framed.photograph.value || running === 'fineTune'}
        onClick={() => void photograph.toggle('invert')}
      >
        {running === 'invert' ? 'Stop' : 'Start'}
      </button>
      <button
        id="photograph-tune"
        type="button"
        class={look('fineTune')}
        disabled={!found || sampling.value}
        onClick={() => void photograph.toggle('fineTune')}
      >
        {running === 'fineTune' ? 'Stop' : 'Fine-tune the model'}
      </button>
      <button
        id="photograph-use"
        type="button"
        class={look('take')}
        disabled={!found || running !== undefined || leaving.value}
        onClick={() => void photograph.take()}
      >
        Edit this picture
      </button>
      <button
        id="photograph-close"
        type="button"
        class="quiet"
        onClick={() => {
          open.value = false;
        }}
      >
        Close
      </button>
    </div>
  );
}
