import type { ComponentChildren } from 'preact';

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      {children}
    </svg>
  );
}

/** The pictures of the tools' buttons; beside a text that says the same. */
export const icons = {
  points: (
    <Icon>
      <path d="m9.5 14.5 6-6" />
      <circle cx="6.5" cy="17.5" r="3.2" class="solid" />
      <circle cx="18" cy="6" r="3.2" />
    </Icon>
  ),
  mask: (
    <Icon>
      <path d="M20 4c-4 1.5-8.5 5.5-10.5 9l2 2C15 13 19 8.5 20.5 4.5z" />
      <path d="M8.5 14.5c-2 0-3.5 1.5-3.5 3.5 0 1-.5 1.5-1.5 2 3.5 1 7-.5 7-3.5z" />
    </Icon>
  ),
  undo: (
    <Icon>
      <path d="M8 5 4 9l4 4M4 9h9.5a5.5 5.5 0 0 1 0 11H8" />
    </Icon>
  ),
  redo: (
    <Icon>
      <path d="m16 5 4 4-4 4M20 9h-9.5a5.5 5.5 0 0 0 0 11H16" />
    </Icon>
  ),
  reset: (
    <Icon>
      <path d="M4 4v5h5M4.5 9A8 8 0 1 1 4 13.5" />
    </Icon>
  ),
  compare: (
    <Icon>
      <rect x="4" y="5" width="16" height="14" rx="2" />
      <path d="M12 3v18" />
      <path d="M4 7a2 2 0 0 1 2-2h6v14H6a2 2 0 0 1-2-2z" class="solid" />
    </Icon>
  ),
  save: (
    <Icon>
      <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14" />
    </Icon>
  ),
};
