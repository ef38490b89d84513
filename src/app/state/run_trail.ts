import { signal } from '@preact/signals';
import { type Document, samePoint } from './document.ts';

/** Documents that a trail keeps at most: of a longer run every second goes. */
const mostKept = 256;

/** Where the last run has been: the documents that it came through, from which a person can go on. */
export class RunTrail {
  readonly documents = signal<readonly Document[]>([]);

  /** A run begins. @param goesOn the trail goes on where it ends in this document */
  begin(document: Document): void {
    if (this.documents.peek().at(-1) !== document) this.documents.value = [document];
  }

  /** The run has come to a document; of those of one picture the last counts. */
  add(document: Document): void {
    const kept = this.documents.peek();
    if (kept.at(-1)?.ws === document.ws) {
      this.documents.value = [...kept.slice(0, -1), document];
      return;
    }
    const thinned = kept.length < mostKept ? kept : kept.filter((_, at) => at % 2 === 0);
    this.documents.value = [...thinned, document];
  }

  /** The run has come to its end: from wherever a person goes back to, the last targets are those to go on to. */
  end(document: Document): void {
    this.add(document);
    this.documents.value = this.documents
      .peek()
      .map((one) => (one === document ? one : withTargetsOf(document, one)));
  }

  /** Whether there is another document on the trail to go to from this one. */
  leadsFrom(document: Document): boolean {
    return this.documents.value.length > 1 && this.indexOf(document) >= 0;
  }

  /** Which of the documents this is; −1 for one that is not on the trail. */
  indexOf(document: Document): number {
    return this.documents.value.indexOf(document);
  }
}

/** How many iterations have led to a document; the one that finds the points arrived makes no step. */
export const iterationsOf = ({ edit }: Document): number =>
  edit ? edit.iterations - (edit.arrived ? 1 : 0) : 0;

/** A document with the targets of another one of as many points. */
function withTargetsOf({ points: last }: Document, document: Document): Document {
  const { points } = document;
  if (points.length !== last.length) return document;
  if (points.every(({ target }, j) => samePoint(target, last[j].target))) return document;
  return {
    ...document,
    points: points.map(({ handle }, j) => ({ handle, target: last[j].target })),
  };
}
