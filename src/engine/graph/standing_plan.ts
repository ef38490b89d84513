import { Plan, type PlanRequest, type PlanResources } from './plan.ts';

/** A plan that is made at its first use, and anew where other kernels are to be run since. */
export class StandingPlan {
  #plan: Plan | undefined;
  /** Of the kernels that it was made from. */
  #generation = 0;

  constructor(
    private readonly request: PlanRequest,
    private readonly resources: () => PlanResources,
  ) {}

  /** @throws as `Plan.build`; an older plan then stays for the next call */
  async current(): Promise<Plan> {
    const resources = this.resources();
    const { generation } = resources.pipelines;
    if (this.#plan && generation === this.#generation) return this.#plan;
    const plan = await Plan.build(this.request, resources);
    this.#plan?.destroy();
    this.#plan = plan;
    this.#generation = generation;
    return plan;
  }

  destroy(): void {
    this.#plan?.destroy();
  }
}
