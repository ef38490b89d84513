/** What a person needs to know of the adapter that runs the kernels. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly features: readonly string[];
  /** It runs on the processor. */
  readonly isSoftware: boolean;
}
