import { readLatent } from '../library/api.ts';
import { ModelsPane } from './dialogs/models_pane.ts';
import { PhotographPane } from './dialogs/photograph_pane.ts';
import type { Editor } from './editor.ts';
import { DropZone } from './files/drop_zone.ts';
import { ModelOpener } from './files/model_opener.ts';
import type { ReadFile, ReadModel, WeightDelta } from './files/model_reader.ts';
import { fineTunedFurther, fineTunedModel } from './files/model_with_delta.ts';
import { pictureName } from './files/picture_name.ts';
import { savePng } from './files/save.ts';
import { DeltaPane } from './panes/delta_pane.ts';
import { LatentPane } from './panes/latent_pane.ts';
import type { PictureControls } from './panes/picture_controls.ts';
import type { Status } from './panes/status.ts';
import type { PictureSource } from './state/picture_source.ts';
import type { Progress } from './state/progress.ts';

/** All that comes onto the page as a file and leaves it as one: models and their deltas, latents, photographs, pictures. */
export class Files {
  readonly #editor: Editor;
  readonly #picture: PictureControls;
  readonly #status: Status;
  readonly #photograph: PhotographPane;
  readonly #tuned = new DeltaPane((original) => void this.#openOriginal(original));

  constructor(editor: Editor, picture: PictureControls, status: Status) {
    this.#editor = editor;
    this.#picture = picture;
    this.#status = status;
    const opener = new ModelOpener((read, progress) => this.#open(read, progress), status);
    const models = new ModelsPane(opener, () => editor.source);
    this.#photograph = new PhotographPane({
      model: () => editor.model,
      opened: () => editor.stop(),
      take: async (ws) => picture.take({ name: 'your photograph', ws }),
      takeFineTuned: (delta) => this.#openFineTuned(delta),
    });
    new LatentPane({
      open: (file) => void opener.openFile(file),
      current: async () => ({
        ws: await editor.session.latent(),
        shape: editor.model.config,
        name: this.#name(),
      }),
      failed: (error) => status.fail(error),
    });
    new DropZone((file) => {
      models.close();
      if (file.type.startsWith('image/')) this.#photograph.drop(file);
      else void opener.openFile(file);
    });
  }

  /** The open model is another one. */
  show(source: ReadModel): void {
    this.#tuned.show(source);
  }

  /** Nothing uses the model any more, which is about to go. */
  settle(): Promise<void> {
    return this.#photograph.settle();
  }

  /** The picture as it is now, as a PNG file. */
  async savePicture(): Promise<void> {
    try {
      await savePng(await this.#editor.session.image(), `${this.#name()}.png`);
    } catch (error) {
      this.#status.fail(error);
    }
  }

  /** @throws FormatError for a delta of another model, or a latent that does not fit the open one */
  async #open(read: ReadFile, progress: Progress): Promise<void> {
    const { source, model } = this.#editor;
    switch (read.kind) {
      case 'model':
        return this.#goOnWith(read.model, progress);
      case 'delta':
        return this.#goOnWith(await fineTunedModel(source, read), progress);
      case 'latent': {
        const { name, bytes } = read;
        return this.#picture.take({ name, ws: readLatent(bytes, model.config, name) });
      }
    }
  }

  async #openFineTuned(delta: WeightDelta): Promise<void> {
    const source = await fineTunedFurther(this.#editor.source, delta);
    await this.#goOnWith(source, this.#status.follow(`${delta.name}: `));
  }

  /** With a model, and the picture that it was tuned to, else that of the seed. */
  async #goOnWith(source: ReadModel, progress: Progress): Promise<void> {
    const { tuned } = source;
    const latent = tuned?.pivot && { name: tuned.delta.name, ws: tuned.pivot };
    const picture: PictureSource = { ...this.#picture.beginning, latent };
    await this.#editor.openModel({ source, picture, progress });
  }

  /** Leaves the tuned model; its latent is drawn by the model that it was. */
  async #openOriginal(source: ReadModel): Promise<void> {
    const editor = this.#editor;
    editor.stop();
    const latent = { name: this.#name(), ws: await editor.session.latent() };
    const picture = { ...this.#picture.beginning, latent };
    await editor.openModel({ source, picture, progress: this.#status.follow(`${source.name}: `) });
  }

  /** Of files of the picture, without an ending. */
  #name(): string {
    const { source, session } = this.#editor;
    return pictureName(source.name, this.#picture.source, session.canUndo);
  }
}
