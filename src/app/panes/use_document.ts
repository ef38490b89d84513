import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Document } from '../state/document.ts';
import type { Store } from '../state/store.ts';

/**
 * A part of the document. The component that calls this is rendered again only when that part is another one.
 * @param pick takes the part; it sees nothing but the document
 * @returns undefined until there is a document
 */
export function useDocument<Part>(
  store: Store | undefined,
  pick: (document: Document) => Part,
): Part | undefined {
  const part = useMemo(() => computed(() => store && pick(store.document.value)), [store]);
  return part.value;
}
