/** The demo model, whose pictures have a known truth. */
export const demoFile = new URL('../../weights/demo.safetensors', import.meta.url);

/** The sets of cases, drawn from seeds that no other set has. */
export const caseSets = ['development', 'validation', 'test'] as const;

export type CaseSet = (typeof caseSets)[number];

export const caseFile = (set: CaseSet): URL => new URL(`cases/${set}.jsonl`, import.meta.url);
