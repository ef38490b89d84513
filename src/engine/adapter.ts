/** The adapter that runs the kernels, described for a person. */
export interface AdapterDescription {
  /** As in `GPUAdapterInfo`. */
  readonly vendor: string;
  /** As in `GPUAdapterInfo`. */
  readonly architecture: string;
  /** As in `GPUAdapterInfo`. */
  readonly device: string;
  /** As in `GPUAdapterInfo`: often the driver and its version. */
  readonly description: string;
  /** The optional WebGPU features that are used. */
  readonly features: readonly string[];
  /** True for an adapter that runs on the processor. */
  readonly isSoftware: boolean;
}
