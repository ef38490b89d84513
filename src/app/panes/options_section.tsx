import {
  type Bounds,
  dragOptionTable,
  type GeneratorConfig,
  type Option,
} from '../../library/api.ts';
import { blockSize, blocksOf } from '../../models/stylegan2/network/config.ts';
import { impliedMethod, type MethodName, methodNames, methodTable } from '../../options/methods.ts';
import { Section } from '../dom/section.tsx';
import type { Editor } from '../editor.ts';
import {
  type Command,
  changeMethod,
  changeOption,
  changeSpace,
  takeDefaultOptions,
} from '../state/commands.ts';
import { type DocumentOptions, defaultsOf } from '../state/document.ts';
import { useDocument } from './use_document.ts';

type Name = keyof DocumentOptions & keyof typeof dragOptionTable;

type Choices = readonly (readonly [value: string, text: string])[];

/** The options that are shown, in this order. */
const shown: readonly Name[] = [
  'space',
  'learningRate',
  'farthest',
  'r1',
  'r2',
  'keeping',
  'lambda',
  'maskSampling',
  'changeProbes',
  'featureBlock',
  'stopDistance',
  'steps',
];

/** Options that are chosen from a list, and what stands in the list. */
const lists: { readonly [Of in Name]?: (config: GeneratorConfig) => Choices } = {
  maskSampling: () => [
    ['0', 'all of it'],
    ['0.25', '25 %'],
    ['0.05', '5 %'],
  ],
  space: () => [
    ['z', 'Z'],
    ['principal', 'principal'],
    ['w', 'W'],
    ['w+', 'W+'],
  ],
  keeping: () => [
    ['features', 'features'],
    ['loss', 'loss'],
  ],
  featureBlock: (config) =>
    blocksOf(config).map((name, block) => {
      const { height, width } = blockSize(config, name);
      return [String(block), `${block}: ${width} × ${height}`];
    }),
};

/** They do nothing without a mask. */
const needMask: readonly Name[] = ['keeping', 'maskSampling', 'changeProbes'];

/** The options of a drag, with the model's values to go back to. Values that cannot be used are not passed on. */
export function OptionsSection({ editor }: { readonly editor: Editor | undefined }) {
  const model = useDocument(editor?.store, ({ model }) => model);
  const options = useDocument(editor?.store, ({ options }) => options);
  const masked = useDocument(editor?.store, ({ mask }) => mask !== null);
  const defaults = model && defaultsOf(model);
  const config = model?.weights.config;
  const rows =
    options && defaults && config
      ? shown.map((name) => ({
          name,
          config,
          value: fieldValue(name, options, config),
          usual: fieldValue(name, defaults, config),
        }))
      : [];
  const edit = (command: Command) => {
    try {
      editor?.store.do(command);
    } catch (error) {
      editor?.view.fail(error);
    }
  };
  return (
    <Section
      name="options"
      title="Options"
      id="options"
      action={
        <button
          id="defaults"
          type="button"
          class="quiet"
          title="Go back to the values that suit the model"
          disabled={rows.every(({ value, usual }) => value === usual)}
          onClick={() => defaults && edit(takeDefaultOptions(defaults))}
        >
          Defaults
        </button>
      }
    >
      {options && (
        <MethodRow space={options.space} changed={(method) => edit(changeMethod(method))} />
      )}
      <div id="options-list">
        {rows.map((row) => (
          <Row
            key={row.name}
            {...row}
            disabled={!masked && needMask.includes(row.name)}
            changed={(value) => edit(commandOf(row.name, value))}
          />
        ))}
      </div>
    </Section>
  );
}

/** What stands in an option's field. In a network with fewer blocks than the default one's number it is the last. */
function fieldValue(name: Name, options: DocumentOptions, { channels }: GeneratorConfig): string {
  if (name === 'featureBlock') return String(Math.min(options.featureBlock, channels.size - 1));
  return String(options[name]);
}

/** The method that the options are, and what it does. */
function MethodRow({
  space,
  changed,
}: {
  readonly space: DocumentOptions['space'];
  changed(method: MethodName): void;
}) {
  const current = impliedMethod(space, null);
  return (
    <div class="option">
      <label for="method">Method</label>
      <select
        id="method"
        aria-describedby="method-hint"
        value={current}
        onChange={({ currentTarget }) => {
          const chosen = methodNames.find((name) => name === currentTarget.value);
          if (chosen) changed(chosen);
        }}
      >
        {methodNames.map((name) => (
          <option key={name} value={name}>
            {methodTable[name].label}
          </option>
        ))}
      </select>
      <p class="hint" id="method-hint">
        {methodTable[current].hint}
      </p>
    </div>
  );
}

function commandOf(name: Name, value: string): Command {
  if (name === 'space') {
    const { choices } = dragOptionTable.space;
    return changeSpace(choices.find((space) => space === value) ?? dragOptionTable.space.usual);
  }
  if (name === 'coverage') return changeOption(name, value === 'cone' ? 'cone' : 'dense');
  return changeOption(name, Number(value));
}

interface RowProperties {
  readonly name: Name;
  readonly config: GeneratorConfig;
  readonly value: string;
  readonly usual: string;
  readonly disabled: boolean;
  changed(value: string): void;
}

function Row({ name, config, value, usual, disabled, changed }: RowProperties) {
  const option: Option = dragOptionTable[name];
  const unit = option.kind === 'number' && option.unit ? ` In ${option.unit}.` : '';
  const list = lists[name]?.(config);
  const hintId = `${name}-hint`;
  const field = {
    id: name,
    class: value === usual ? undefined : 'changed',
    disabled,
    'aria-describedby': hintId,
    value,
    onChange({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) {
      if (currentTarget.reportValidity()) changed(currentTarget.value);
    },
  };
  return (
    <div class="option">
      <label for={name}>{option.label}</label>
      {list ? (
        <select {...field}>
          {list.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...field}
          {...limits(option.kind === 'number' ? option.bounds : {})}
          type="number"
          inputMode="decimal"
          required
        />
      )}
      <p class="hint" id={hintId}>
        {`${option.hint}${unit}`}
      </p>
    </div>
  );
}

const limits = ({ least, most, whole }: Bounds) => ({
  min: least,
  max: most,
  step: whole ? '1' : 'any',
});
