import { Logger, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorResult } from '@nestjs/terminus';
import { CachedProbe } from './cached-probe';
import type { Outcome } from './cached-probe';
import type {
  CheckFinding,
  CheckResult,
  HealthReport,
  NamedCheck,
  Readiness,
  ReadyCondition,
} from './health-check';

const TIMEOUT_MS = 2_000;
const CHECK_CACHE_MS = 5_000;
const READY_CACHE_MS = 2_000;

interface RegisteredCheck {
  readonly check: NamedCheck;
  readonly probe: CachedProbe<CheckFinding>;
  failing: boolean;
}

interface RegisteredCondition {
  readonly condition: ReadyCondition;
  readonly probe: CachedProbe<string | undefined>;
}

/** Where modules say what of theirs is to be watched, and where the three answers come from. Nothing here throws. */
export class HealthRegistry {
  private readonly logger = new Logger('Health');
  private readonly checks = new Map<string, RegisteredCheck>();
  private readonly conditions: RegisteredCondition[] = [];
  private draining = false;

  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly version: string,
  ) {}

  /** Has it in `GET /health` from now on; a second check of the same name takes the place of the first. */
  addCheck(check: NamedCheck): void {
    const options = { timeoutMs: check.timeoutMs ?? TIMEOUT_MS, cacheMs: check.cacheMs ?? CHECK_CACHE_MS };
    this.checks.set(check.name, {
      check,
      probe: new CachedProbe(() => check.check(), options),
      failing: false,
    });
  }

  /** Has it in `GET /health/ready` from now on; looked at every 2 s at most. */
  addReadyCondition(condition: ReadyCondition): void {
    const options = { timeoutMs: condition.timeoutMs ?? TIMEOUT_MS, cacheMs: READY_CACHE_MS };
    this.conditions.push({ condition, probe: new CachedProbe(() => condition.reason(), options) });
  }

  /** From now on not ready: load balancers send no more. */
  drain(): void {
    this.draining = true;
  }

  async readiness(): Promise<Readiness> {
    if (this.draining) return { status: 'not ready', reason: 'draining' };
    const reasons = await Promise.all(
      this.conditions.map(async ({ condition, probe }) => reasonOf(condition, await probe.read())),
    );
    const reason = reasons.find((each) => each !== undefined);
    return reason === undefined ? { status: 'ready' } : { status: 'not ready', reason };
  }

  async report(): Promise<HealthReport> {
    const details = await this.details();
    const checks: Record<string, CheckResult> = {};
    for (const name of this.checks.keys()) checks[name] = resultOf(details[name]);
    const failed = [...this.checks.values()].filter(({ check }) => checks[check.name]?.status === 'fail');
    return {
      status: failed.some(({ check }) => check.critical)
        ? 'unhealthy'
        : failed.length > 0
          ? 'degraded'
          : 'healthy',
      timestamp: new Date().toISOString(),
      uptime: Math.floor(process.uptime()),
      version: this.version,
      checks,
    };
  }

  /** terminus runs the checks; what it throws for a failing one holds the same details. */
  private async details(): Promise<HealthIndicatorResult> {
    const runs = [...this.checks.values()].map((registered) => () => this.indicatorOf(registered));
    try {
      return (await this.terminus.check(runs)).details;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return (error.getResponse() as HealthCheckResult).details;
    }
  }

  private async indicatorOf(registered: RegisteredCheck): Promise<HealthIndicatorResult> {
    const { check, probe } = registered;
    const outcome = await probe.read();
    this.noteChange(registered, outcome);
    const session = this.indicators.check(check.name);
    if (!outcome.ok) return session.down({ responseTime: outcome.ms, message: messageOf(outcome.error) });
    const { warn = false, message } = outcome.value ?? {};
    return session.up({ responseTime: outcome.ms, warn, ...(message === undefined ? {} : { message }) });
  }

  private noteChange(registered: RegisteredCheck, outcome: Outcome<unknown>): void {
    if (registered.failing === !outcome.ok) return;
    registered.failing = !outcome.ok;
    const check = registered.check.name;
    if (outcome.ok) this.logger.log({ message: 'health.check-recovered', check });
    else this.logger.error({ message: 'health.check-failed', check, error: outcome.error });
  }
}

function reasonOf(condition: ReadyCondition, outcome: Outcome<string | undefined>): string | undefined {
  return outcome.ok ? outcome.value : `${condition.name} unavailable`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function resultOf(detail: HealthIndicatorResult[string] | undefined): CheckResult {
  const { status, responseTime = 0, warn = false, message } = detail ?? { status: 'down' as const };
  return {
    status: status === 'down' ? 'fail' : warn ? 'warn' : 'pass',
    responseTime: Number(responseTime),
    ...(message === undefined ? {} : { message: String(message) }),
  };
}
