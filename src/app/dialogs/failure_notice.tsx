/** In the page's place where it cannot run: why, and what to do about it. */
export function FailureNotice() {
  return (
    <section id="failure" role="alert" hidden>
      <h1>This page cannot run here</h1>
      <p id="failure-what" />
      <ul id="failure-remedies" />
      <button id="reload" type="button" class="primary">
        Try again
      </button>
    </section>
  );
}
