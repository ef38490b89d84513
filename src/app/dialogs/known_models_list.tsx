import { knownModels } from './known_models.ts';

/** Where there are models to be downloaded. */
export function KnownModelsList() {
  return (
    <section aria-labelledby="known-title">
      <h2 id="known-title">Where to get models</h2>
      <p class="hint">
        Download one from its authors, and drop it here. These are plain links: this page fetches
        nothing from there.
      </p>
      <ul id="known-models">
        {knownModels.map(({ name, shows, resolution, licence, address, note = '' }) => (
          <li key={address}>
            {/* Opened by a person, in a page of its own that does not learn where they come from. */}
            <a href={address} target="_blank" rel="noreferrer">
              {name}
            </a>
            {`: ${shows}. `}
            <small>{`${resolution} px. Licence: ${licence}. ${note}`.trim()}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
