/** Measures this machine, and gives the result to be copied or saved. */
export function BenchmarkDialog() {
  return (
    <dialog id="benchmark" aria-labelledby="benchmark-title">
      <h1 id="benchmark-title">Benchmark this machine</h1>
      <p class="hint">
        How long an iteration takes over the cells that count (cone) and over whole maps (dense),
        and a picture beside a plain matrix product. Nothing leaves this machine.
      </p>
      <fieldset>
        <legend>
          Network: the demo model, or an official size with random weights (up to 1 GB of memory)
        </legend>
        <Choice name="benchmark-shape" value="demo" label="Demo" checked />
        {[256, 512, 1024].map((side) => (
          <Choice key={side} name="benchmark-shape" value={`${side}`} label={`${side}²`} />
        ))}
      </fieldset>
      <fieldset>
        <legend>Points at once</legend>
        {[1, 4, 16].map((count) => (
          <Choice
            key={count}
            name="benchmark-points"
            value={`${count}`}
            label={`${count}`}
            checked={count === 1}
          />
        ))}
      </fieldset>
      <div class="row">
        <label class="check">
          <input id="benchmark-pictures" type="checkbox" checked /> Whole pictures, too
        </label>
        <label for="benchmark-seconds">Seconds for each</label>
        <input
          id="benchmark-seconds"
          type="number"
          min="1"
          max="600"
          step="1"
          value="10"
          inputMode="numeric"
        />
      </div>
      <progress
        id="benchmark-progress"
        max="1"
        value="0"
        aria-labelledby="benchmark-status"
        hidden
      />
      <p id="benchmark-status" role="status" />
      <div id="benchmark-result" />
      <div class="row">
        <button id="benchmark-run" type="button" class="primary" autofocus>
          Start
        </button>
        <button id="benchmark-copy" type="button" disabled>
          Copy
        </button>
        <button id="benchmark-save" type="button" disabled>
          Save JSON
        </button>
        <button id="benchmark-close" type="button" class="quiet">
          Close
        </button>
      </div>
    </dialog>
  );
}

interface ChoiceOf {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly checked?: boolean;
}

const Choice = ({ name, value, label, checked }: ChoiceOf) => (
  <label class="check">
    <input type="checkbox" name={name} value={value} checked={checked} /> {label}
  </label>
);
