import type { DragSession, Model } from '../../library/api.ts';
import { type Document, withMask } from '../state/document.ts';

/** A session that follows a document, and, while it runs, leads it. */
export class FollowedSession {
  readonly session: DragSession;
  #document: Document;

  /** @throws InputError for a document that does not fit the model */
  static async open(model: Model, document: Document): Promise<FollowedSession> {
    const { steps: _, ...options } = document.options;
    const session = await model.createDragSession(document.ws, options);
    const followed = new FollowedSession(session, document);
    session.setMask(document.mask);
    await session.restore(document);
    return followed;
  }

  private constructor(session: DragSession, document: Document) {
    this.session = session;
    this.#document = document;
  }

  /** The document that the session was last brought to, or that was last taken from it. */
  get document(): Document {
    return this.#document;
  }

  /**
   * The document with what a run has changed since it was last taken; the same object where a run has changed nothing,
   * or the session is at another document.
   */
  advanced(document: Document): Document {
    if (document !== this.#document || !this.#ahead) return document;
    const { ws, origin, points, edit } = this.session.state;
    this.#document = { ...document, ws, origin, points, edit };
    return this.#document;
  }

  /**
   * Takes over points, mask and options, also while it runs.
   * @returns false where picture or edit are others: then nothing has changed, and `restore` is needed
   * @throws InputError for what does not fit the picture
   */
  follow(to: Document): boolean {
    const from = this.#document;
    if (to === from) return true;
    const samePicture = to.model === from.model && to.initial === from.initial && to.ws === from.ws;
    // What the session keeps by itself once it has the mask.
    const sameKept = to.kept === withMask(from, to.mask).kept;
    // The session sees by itself where another edit begins.
    const sameEdit = to.edit === from.edit || to.edit === null;
    if (!samePicture || !sameKept || !sameEdit || this.#ahead) return false;
    this.#ask(to);
    this.session.setPoints(to.points);
    return true;
  }

  /** Goes to any document of the same model. Ends a run. @throws InputError for what does not fit the model */
  async restore(to: Document): Promise<void> {
    // Before the edit, of which another latent space would make a new one.
    this.#ask(to);
    await this.session.restore(to);
  }

  /** Whether a run has gone beyond the document. An edit without iterations is as good as none. */
  get #ahead(): boolean {
    const { ws, edit } = this.session.state;
    const known = this.#document;
    return (
      ws !== known.ws ||
      (edit?.iterations ?? 0) !== (known.edit?.iterations ?? 0) ||
      (edit?.arrived ?? false) !== (known.edit?.arrived ?? false)
    );
  }

  /** Hands over mask and options. */
  #ask(to: Document): void {
    const { steps: _, ...options } = to.options;
    if (to.options !== this.#document.options) this.session.setOptions(options);
    if (to.mask !== this.#document.mask) this.session.setMask(to.mask);
    this.#document = to;
  }
}
