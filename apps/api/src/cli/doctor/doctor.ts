import { CHECKS } from './checks';
import type { DoctorContext } from './check';
import { type Environment, load } from './load';
import { renderJson, renderTable } from './render';
import { type CheckReport, runChecks } from './runner';
import { withoutSecrets } from './secrets';

export interface DoctorOptions {
  readonly url?: URL;
  readonly skip?: readonly string[];
  readonly only?: readonly string[];
  readonly json?: boolean;
  readonly colour?: boolean;
  /** Where relative settings begin; the working directory unless given. */
  readonly directory?: string;
  readonly authorities?: string;
  /** `/`, except in tests. */
  readonly systemRoot?: string;
}

export interface DoctorResult {
  /** False where a check failed; warnings are no failure. */
  readonly healthy: boolean;
  readonly reports: readonly CheckReport[];
  /** For the terminal, or JSON. Holds no secret. */
  readonly text: string;
}

/** Checks the deployment that the variables describe. Never throws for what is wrong with it. */
export async function runDoctor(env: Environment, options: DoctorOptions = {}): Promise<DoctorResult> {
  const startedAt = performance.now();
  const loaded = await load(env);
  if (loaded.config === null) {
    const ms = Math.round(performance.now() - startedAt);
    return result([misconfigured(loaded.problem, ms)], env, options, 'unknown', []);
  }
  const { config, secret } = loaded;
  const context: DoctorContext = {
    config,
    env,
    secret,
    url: options.url ?? new URL(`http://localhost:${config.http.PORT}`),
    urlGiven: options.url !== undefined,
    directory: options.directory ?? process.cwd(),
    ...(options.authorities !== undefined && { authorities: options.authorities }),
    systemRoot: options.systemRoot ?? '/',
    now: Date.now,
  };
  const reports = await runChecks(CHECKS, context, { skip: options.skip ?? [], only: options.only ?? [] });
  return result(reports, env, options, context.url.origin, secretsOf(context));
}

function result(
  found: readonly CheckReport[],
  env: Environment,
  { json = false, colour = false }: DoctorOptions,
  url: string,
  secrets: readonly string[],
): DoctorResult {
  const reports = withoutSecrets(found, env, secrets);
  const environment = env['NODE_ENV'] ?? null;
  return {
    healthy: reports.every(({ verdict }) => verdict !== 'failure'),
    reports,
    text: json ? renderJson(reports, { url, environment }) : renderTable(reports, colour),
  };
}

const misconfigured = (problem: string, ms: number): CheckReport => ({
  name: 'config',
  verdict: 'failure',
  message: problem,
  cause: 'the server would not start with it, and nothing else can be checked before',
  fix: 'docs/configuration.md has every variable, with what is expected of it',
  ms,
});

/** What came from the secret store, and stands in no variable. */
function secretsOf({ config: { auth, database }, secret }: DoctorContext): string[] {
  const password = database.type === 'postgres' ? database.password : undefined;
  return [
    ...secret.values,
    auth.JWT_SECRET,
    ...(auth.JWT_SECRET_PREVIOUS ? [auth.JWT_SECRET_PREVIOUS] : []),
    ...(password ? [password] : []),
  ];
}
