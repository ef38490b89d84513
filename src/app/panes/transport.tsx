/** Start and stop, the counters of the run, and the status line. */
export function Transport() {
  return (
    <div class="transport">
      <button
        id="run"
        type="button"
        class="primary"
        aria-pressed="false"
        title="Start and stop (Space)"
        disabled
      >
        Start
      </button>
      <dl>
        <div>
          <dt>Iteration</dt>
          <dd id="iteration">–</dd>
        </div>
        <div>
          <dt>Distance</dt>
          <dd>
            <span id="distance">–</span> <small>px</small>
          </dd>
        </div>
        <div>
          <dt>Loss</dt>
          <dd id="loss">–</dd>
        </div>
        <div>
          <dt>Per iteration</dt>
          <dd>
            <span id="pace">–</span> <small>ms</small>
          </dd>
        </div>
      </dl>
      <p id="status" role="status" data-kind="info" />
      <p id="announcer" class="unseen" aria-live="polite" />
    </div>
  );
}
