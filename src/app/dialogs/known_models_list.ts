import { box, make } from '../dom/elements.ts';
import { type KnownModel, knownModels } from './known_models.ts';

/** Fills the list of public models. */
export function showKnownModels(): void {
  box('known-models').replaceChildren(...knownModels.map(row));
}

function row({ name, shows, resolution, licence, address, note = '' }: KnownModel): HTMLElement {
  // Opened by a person, in a page of its own that does not learn where they come from.
  const link = make('a', { href: address, target: '_blank', rel: 'noreferrer' }, name);
  const facts = `${resolution} px. Licence: ${licence}. ${note}`.trim();
  return make('li', {}, link, `: ${shows}. `, make('small', {}, facts));
}
