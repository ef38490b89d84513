/** Lies over the page while a file is held over it. */
export function DropVeil() {
  return (
    <div id="drop" hidden>
      <p>Drop a model, a latent or a picture here</p>
    </div>
  );
}
