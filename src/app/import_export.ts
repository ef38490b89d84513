import type { LatentFormat } from '../library/api.ts';
import { ModelChoice } from './dialogs/model_choice.ts';
import { PhotographEditing } from './dialogs/photograph_editing.ts';
import type { Editor } from './editor.ts';
import { ModelOpener } from './files/model_opener.ts';
import type { ReadFile, ReadModel, WeightDelta } from './files/model_reader.ts';
import { fineTunedFurther, fineTunedModel } from './files/model_with_delta.ts';
import { pictureName } from './files/picture_name.ts';
import { saveFile, savePng } from './files/save.ts';
import { type Command, openModel, removeDelta, takeDelta } from './state/commands.ts';
import type { Document } from './state/document.ts';
import type { NamedLatent } from './state/picture_source.ts';
import type { Progress } from './state/progress.ts';

/** All files that the page opens and saves: models and their deltas, latents, photographs, pictures. */
export class Files {
  readonly models: ModelChoice;
  readonly photograph: PhotographEditing;
  readonly #editor: Editor;
  readonly #opener: ModelOpener;

  constructor(editor: Editor) {
    this.#editor = editor;
    this.#opener = new ModelOpener((read, progress) => this.#take(read, progress), editor.view);
    this.models = new ModelChoice(this.#opener, () => this.#document.model);
    this.photograph = new PhotographEditing({
      model: () => editor.model,
      opened: () => editor.stop(),
      take: (ws) => this.#takeLatent({ name: 'your photograph', ws }),
      takeFineTuned: (delta) => this.#openFineTuned(delta),
    });
  }

  /** A file, whatever it is: its content says so. */
  open(file: File): void {
    void this.#opener.openFile(file);
  }

  /** A file that was dropped on the page: of a picture the page makes a photograph to be edited. */
  drop(file: File): void {
    this.models.open.value = false;
    if (file.type.startsWith('image/')) this.photograph.drop(file);
    else this.open(file);
  }

  /** Saves the latent of the picture as it is now. */
  async save(format: LatentFormat): Promise<void> {
    const { store, view } = this.#editor;
    try {
      store.advance();
      const { ws, model } = this.#document;
      const { writeLatent } = await latentFiles();
      const bytes = writeLatent(ws, model.weights.config, format);
      saveFile(new Blob([bytes]), `${this.#name()}.${format}`);
    } catch (error) {
      view.fail(error);
    }
  }

  /** The picture as it is now, as a PNG file. */
  async savePicture(): Promise<void> {
    try {
      await savePng(await this.#editor.session.image(), `${this.#name()}.png`);
    } catch (error) {
      this.#editor.view.fail(error);
    }
  }

  /** The document, at once. */
  get #document(): Document {
    return this.#editor.store.document.peek();
  }

  /** @throws FormatError for a delta of another model, or a latent that does not fit the open one */
  async #take(read: ReadFile, progress: Progress): Promise<void> {
    const { model } = this.#document;
    switch (read.kind) {
      case 'model':
        return this.#goOnWith(read.model, progress, openModel);
      case 'delta':
        return this.#goOnWith(await fineTunedModel(model, read), progress, takeDelta);
      case 'latent': {
        const { name, bytes } = read;
        const { readLatents } = await latentFiles();
        const { count, sample } = readLatents(bytes, model.weights.config, name);
        return this.#takeLatent({ name, ws: sample(0), count });
      }
    }
  }

  /** The picture of a latent, as it is. The next seed, truncation or class leaves it. */
  async #takeLatent(latent: NamedLatent): Promise<void> {
    const { mix: _, ...source } = this.#document.source;
    await this.#editor.newPicture({ ...source, latent }, 'latent');
  }

  async #openFineTuned(delta: WeightDelta): Promise<void> {
    const model = await fineTunedFurther(this.#document.model, delta);
    await this.#goOnWith(model, this.#editor.view.follow(`${delta.name}: `), takeDelta);
  }

  /** With a model, and the picture that it was fine-tuned to, else that of the seed. */
  async #goOnWith(
    model: ReadModel,
    progress: Progress,
    command: (opened: Document) => Command,
  ): Promise<void> {
    const { tuned } = model;
    const latent = tuned?.pivot && { name: tuned.delta.name, ws: tuned.pivot };
    await this.#editor.openModel({ model, picture: this.#beginning(latent), progress }, command);
  }

  /** Leaves the fine-tuned model for the model of its file, which draws its latent. */
  async removeFineTuning(model: ReadModel): Promise<void> {
    const editor = this.#editor;
    editor.store.advance();
    const picture = this.#beginning({ name: this.#name(), ws: this.#document.ws });
    const progress = editor.view.follow(`${model.name}: `);
    await editor.openModel({ model, picture, progress }, removeDelta);
  }

  /** What a model that is opened begins with: the seed that is there, its first class, and nothing mixed. */
  #beginning(latent: NamedLatent | undefined) {
    const { seed, psi } = this.#document.source;
    return { seed, psi, latent };
  }

  /** Of files of the picture, without an ending. */
  #name(): string {
    const { model, source, ws, initial } = this.#document;
    return pictureName(model.name, source, ws !== initial.ws);
  }
}

/** What reads and writes latents: archives, pickles and arrays of NumPy, which the page does not begin with. */
const latentFiles = () => import('../models/stylegan2/files/latent_file.ts');
