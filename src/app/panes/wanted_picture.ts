import { usualPsi } from '../../models/stylegan2/network/latent_origin.ts';
import type { Editor } from '../editor.ts';
import { changedPart, type PictureSource } from '../state/picture_source.ts';
import { useDocument } from './use_document.ts';

/** The picture that the page begins with. */
export const firstPicture: PictureSource = { seed: 11, psi: usualPsi };

/** The picture that the controls show: the one that was asked for last, else the one that is there. */
export function useWantedPicture(editor: Editor | undefined): PictureSource {
  const shown = useDocument(editor?.store, ({ source }) => source);
  return editor?.view.wantedSource.value ?? shown ?? firstPicture;
}

/** @param goesOn whether the control is typed into or slid, so that one change after the other is one step */
export function askForPicture(editor: Editor, source: PictureSource, goesOn: boolean): void {
  const from = editor.view.wantedSource.peek() ?? editor.store.document.peek().source;
  void editor.newPicture(source, changedPart(from, source), goesOn);
}
