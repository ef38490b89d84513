/** @param fraction of this stage; undefined where nobody knows */
export type Progress = (fraction: number | undefined, what: string) => void;
