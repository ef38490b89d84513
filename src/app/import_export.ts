import type { LatentFormat } from '../library/api.ts';
import { noteOnNorm } from '../models/stylegan2/network/latent_norm.ts';
import { usualPsi } from '../models/stylegan2/network/latent_origin.ts';
import type { Opening } from './device/opening.ts';
import { ModelChoice } from './dialogs/model_choice.ts';
import { PhotographEditing } from './dialogs/photograph_editing.ts';
import type { Editor } from './editor.ts';
import { ModelOpener, type OpenedFile } from './files/model_opener.ts';
import type { ReadFile, ReadModel, WeightDelta } from './files/model_reader.ts';
import { fineTunedFurther, fineTunedModel } from './files/model_with_delta.ts';
import { pictureName } from './files/picture_name.ts';
import { saveFile, savePng } from './files/save.ts';
import { type Command, openModel, removeDelta, takeDelta } from './state/commands.ts';
import { describe } from './state/describe.ts';
import type { Document } from './state/document.ts';
import type { NamedLatent, PictureSource } from './state/picture_source.ts';
import type { Progress } from './state/progress.ts';

/** All files that the page opens and saves: models and their deltas, latents, photographs, pictures. */
export class Files {
  readonly models: ModelChoice;
  readonly photograph: PhotographEditing;
  readonly #editor: Editor;
  readonly #opener: ModelOpener;

  constructor(editor: Editor) {
    this.#editor = editor;
    this.#opener = new ModelOpener((...read) => this.#take(...read), editor.view);
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

  /**
   * Files that were dropped on the page, one after the other: models before what is for them, which is smaller. Of a
   * picture the page makes a photograph to be edited. No dialog stays before what comes of it.
   */
  async drop(files: readonly File[]): Promise<void> {
    const isPicture = ({ type }: File): boolean => type.startsWith('image/');
    const others = files.filter((file) => !isPicture(file)).sort((a, b) => b.size - a.size);
    const picture = files.find(isPicture);
    if (others.length > 0 || !this.photograph.open.peek())
      for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    const opened: OpenedFile[] = [];
    for (const file of others) {
      const one = await this.#opener.openFile(file);
      // Another file, or none, is wanted meanwhile.
      if (!one) return;
      opened.push(one);
    }
    if (files.length > 1) this.#tell(opened, files);
    if (picture) this.photograph.drop(picture);
  }

  /** What each of several files was. */
  #tell(opened: readonly OpenedFile[], files: readonly File[]): void {
    const pictures = files.length - opened.length;
    const said = opened.map((one) =>
      'kind' in one ? `${one.name} is a ${one.kind}` : describe(one.error),
    );
    if (pictures > 1) said.push(`of ${pictures} pictures the first is taken`);
    this.#editor.view.say(`${said.join('; ')}.`);
  }

  /** Leaves what is being opened. */
  cancelOpening(): void {
    this.#opener.cancel();
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
  async #take(read: ReadFile, progress: Progress, signal: AbortSignal): Promise<void> {
    const { model } = this.#document;
    switch (read.kind) {
      case 'model':
        return this.#goOnWith(read.model, { progress, signal }, openModel);
      case 'delta':
        return this.#goOnWith(await fineTunedModel(model, read), { progress, signal }, takeDelta);
      case 'latent': {
        const { name, bytes } = read;
        const { readLatents } = await latentFiles();
        const { count, sample } = readLatents(bytes, model.weights.config, name);
        const ws = sample(0);
        const note = await noteOnNorm(this.#editor.model, ws, model.weights.config);
        return this.#takeLatent({ name, ws, count, note });
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
    const progress = this.#editor.view.follow(`${delta.name}: `);
    await this.#goOnWith(model, { progress }, takeDelta);
  }

  /** With a model, and the picture that it was fine-tuned to, else that of the seed. */
  async #goOnWith(
    model: ReadModel,
    way: Pick<Opening, 'progress' | 'signal'>,
    command: (opened: Document) => Command,
  ): Promise<void> {
    const { tuned } = model;
    const latent = tuned?.pivot && { name: tuned.delta.name, ws: tuned.pivot };
    const picture = this.#beginning(model, latent);
    await this.#editor.openModel({ model, picture, ...way }, command);
  }

  /** Leaves the fine-tuned model for the model of its file, which draws its latent. */
  async removeFineTuning(model: ReadModel): Promise<void> {
    const editor = this.#editor;
    editor.store.advance();
    const picture = this.#beginning(model, { name: this.#name(), ws: this.#document.ws });
    const progress = editor.view.follow(`${model.name}: `);
    await editor.openModel({ model, picture, progress }, removeDelta);
  }

  /**
   * What a model that is opened begins with: the seed and ψ that are there, its first class, and nothing mixed. A model
   * without an average w begins untruncated, as on the command line.
   */
  #beginning({ weights }: ReadModel, latent: NamedLatent | undefined): PictureSource {
    const { source, model } = this.#document;
    const psi = model.weights.config.truncates ? source.psi : usualPsi;
    return { seed: source.seed, psi: weights.config.truncates ? psi : 1, latent };
  }

  /** Of files of the picture, without an ending. */
  #name(): string {
    const { model, source, ws, initial } = this.#document;
    return pictureName(model.name, source, ws !== initial.ws);
  }
}

/** What reads and writes latents: archives, pickles and arrays of NumPy, which the page does not begin with. */
const latentFiles = () => import('../models/stylegan2/files/latent_file.ts');
