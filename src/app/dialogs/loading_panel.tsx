/** What is being waited for before the first picture, over the place where it will be. */
export function LoadingPanel() {
  return (
    <div id="loading">
      <p id="loading-what">Starting</p>
      <progress id="progress" max="1" aria-labelledby="loading-what" />
    </div>
  );
}
