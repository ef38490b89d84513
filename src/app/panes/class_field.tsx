/** Models with more classes than this get a field for the class's number instead of a list. */
const longestList = 100;

interface Properties {
  /** Of the model; 0 where it has none. */
  readonly classes: number;
  readonly chosen: number;
  changed(index: number): void;
}

/** Which class a conditional network draws. Files tell how many there are, not what they are called. */
export function ClassField({ classes, chosen, changed }: Properties) {
  const title = `The model has ${classes} classes, from 0 to ${classes - 1}`;
  const field = {
    id: 'class',
    value: String(chosen),
    onChange({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) {
      if (currentTarget.reportValidity()) changed(Number(currentTarget.value));
    },
  };
  return (
    <div id="class-row" class="row" hidden={classes === 0}>
      <label id="class-label" for="class" title={classes > 0 ? title : undefined}>
        Class
      </label>
      {classes > longestList && (
        <input {...field} type="number" inputMode="numeric" required min="0" max={classes - 1} />
      )}
      {classes > 0 && classes <= longestList && (
        <select {...field}>
          {Array.from({ length: classes }, (_, index) => (
            <option key={String(index)} value={String(index)}>
              {index}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
