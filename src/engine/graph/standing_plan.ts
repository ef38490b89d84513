import { Plan } from './plan.ts';
import type { PlanRequest, PlanResources } from './plan_request.ts';

/** A plan that is built at its first use, and rebuilt when the engine has taken other kernels since. */
export class StandingPlan {
  #plan: Plan | undefined;
  /** `PipelineCache.generation` when the plan was built. */
  #generation = 0;

  constructor(
    private readonly request: PlanRequest,
    private readonly resources: () => PlanResources,
  ) {}

  /** @throws as `Plan.build`; the older plan is then kept, and the next call tries again */
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
