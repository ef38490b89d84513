/** Rows of ws that a drag changes, whatever the feature block: those of the maps up to 32². SPEC §3. */
export const trainedRows = 6;
