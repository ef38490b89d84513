import type { Call } from '../../engine/graph/reversal.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import type { LatentLayout } from './latent_layout.ts';
import { type RecordTensors, recordBytes, recordSlots } from './records.ts';

/** What an iteration's record is made of. */
type Recorded = Omit<RecordTensors, 'gradient' | 'records' | 'turn'>;

function recorded(store: TensorStore, { followed }: LatentLayout): Recorded {
  return {
    positions: store.get('positions'),
    shifts: store.get('shifts'),
    status: store.get('status'),
    w: store.get('w'),
    leaves: followed && store.get(followed.leaves),
    coordinates: followed && store.get(followed.coordinates),
  };
}

/** Makes the ring of records; what is recorded is there already. */
export function createRecordTensors(store: TensorStore, latent: LatentLayout): void {
  store.ensure('turn', 'plain', [1]);
  const words = recordBytes(recorded(store, latent)) / 4;
  store.ensure('records', 'plain', [recordSlots, words]);
}

export const recordTensors = (store: TensorStore, latent: LatentLayout): RecordTensors => ({
  ...recorded(store, latent),
  records: store.get('records'),
  turn: store.get('turn'),
});

/** The call that puts an iteration's record into the ring, to be run last. @param points how many are dragged */
export function recordCall(store: TensorStore, latent: LatentLayout, points: number): Call {
  const tensors = recorded(store, latent);
  const length = tensors.w.bytes / 4;
  const leaves = (tensors.leaves?.bytes ?? 0) / 4;
  const coordinates = (tensors.coordinates?.bytes ?? 0) / 4;
  return {
    operation: 'record',
    label: 'record',
    sizes: {
      ...{ points, length, slots: recordSlots, words: recordBytes(tensors) / 4 },
      leaf_words: leaves || length,
      coordinate_words: coordinates || length,
    },
    tensors: {
      ...{ positions: 'positions', shifts: 'shifts', status: 'status', w: 'w' },
      // A kernel binds something for every variable.
      leaves: latent.followed?.leaves ?? 'w',
      coordinates: latent.followed?.coordinates ?? 'w',
      ...{ turn: 'turn', records: 'records' },
    },
    params: { leaves_copied: leaves, coordinates_copied: coordinates },
  };
}
