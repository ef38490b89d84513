/** The page's element with this id. @throws TypeError where index.html has none, or one of another kind. */
export function element<T extends Element>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`index.html has no ${kind.name} #${id}`);
  return found;
}

export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
export const field = (id: string): HTMLInputElement => element(id, HTMLInputElement);
export const box = (id: string): HTMLElement => element(id, HTMLElement);
export const canvas = (id: string): HTMLCanvasElement => element(id, HTMLCanvasElement);

/** Makes an element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The 2D context of a canvas. @throws TypeError where the canvas is of another kind. */
export function drawing(of: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = of.getContext('2d');
  if (!context) throw new TypeError(`#${of.id} has no 2D context`);
  return context;
}
