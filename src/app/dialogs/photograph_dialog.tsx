/** A photograph into the model. */
export function PhotographDialog() {
  return (
    <dialog id="photograph" aria-labelledby="photograph-title">
      <h1 id="photograph-title">Edit a photograph</h1>
      <p class="hint">
        The model looks for the picture of its own that is nearest to yours, so it has to know such
        pictures: a face for a model of faces, lying as its faces lie. Fine-tuned, a copy of the
        model draws yours itself. Nothing leaves this machine.
      </p>
      <div class="row">
        <button id="photograph-choose" type="button">
          Choose a picture…
        </button>
        <input id="photograph-file" type="file" accept="image/*" aria-label="A photograph" hidden />
      </div>
      <div class="pictures">
        <canvas
          id="photograph-frame"
          width="512"
          height="512"
          tabIndex={0}
          role="img"
          aria-label="Your photograph in the model’s frame. Arrow keys move it."
        />
        <canvas
          id="photograph-found"
          width="1"
          height="1"
          role="img"
          aria-label="The model’s nearest picture"
        />
      </div>
      <div class="row">
        <label for="photograph-zoom">Size</label>
        <input id="photograph-zoom" type="range" min="-1" max="3" step="0.01" value="0" />
        <label for="photograph-angle">Turn</label>
        <input id="photograph-angle" type="range" min="-180" max="180" step="0.5" value="0" />
      </div>
      <progress id="photograph-progress" max="1" aria-labelledby="photograph-status" hidden />
      <p id="photograph-status" role="status" />
      <div class="row">
        <button id="photograph-run" type="button" class="primary" disabled>
          Start
        </button>
        <button id="photograph-tune" type="button" disabled>
          Fine-tune the model
        </button>
        <button id="photograph-use" type="button" disabled>
          Edit this picture
        </button>
        <button id="photograph-close" type="button" class="quiet">
          Close
        </button>
      </div>
    </dialog>
  );
}
