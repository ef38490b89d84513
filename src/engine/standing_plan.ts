import { Plan, type PlanRequest, type PlanResources } from './plan.ts';

/** A plan that is made at its first use, and anew where a kernel was edited since. */
export class StandingPlan {
  #plan: Plan | undefined;
  /** Of the kernels that it was made from. */
  #generation = 0;

  constructor(
    private readonly request: PlanRequest,
    private readonly resources: PlanResources,
  ) {}

  /** @throws as `Plan.build`; an older plan then stays for the next call */
  async current(): Promise<Plan> {
    const { generation } = this.resources.pipelines;
    if (this.#plan && generation === this.#generation) return this.#plan;
    const plan = await Plan.build(this.request, this.resources);
    this.#plan?.destroy();
    this.#plan = plan;
    this.#generation = generation;
    return plan;
  }

  destroy(): void {
    this.#plan?.destroy();
  }
}
