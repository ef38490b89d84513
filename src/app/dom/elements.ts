/** The page's element with this id. @throws TypeError where index.html has none */
export function box(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new TypeError(`index.html has no #${id}`);
  return found;
}

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
