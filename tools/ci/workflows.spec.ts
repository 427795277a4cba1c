import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
  'continue-on-error'?: boolean;
}
interface Job {
  if?: string;
  steps?: Step[];
  uses?: string;
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: { group: string; 'cancel-in-progress': unknown };
  'timeout-minutes'?: number;
  'runs-on'?: string;
}
interface Workflow {
  permissions: Record<string, string>;
  on: Record<string, unknown>;
  jobs: Record<string, Job>;
}

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const WORKFLOWS = readdirSync(FOLDER).map((file): [string, Workflow] => [
  file,
  parse(textOf(file)) as Workflow,
]);
const JOBS = WORKFLOWS.flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]): [string, Job] => [`${file}, ${name}`, job]),
);
const STEPS = JOBS.flatMap(([name, { steps = [] }]) => steps.map((step): [string, Step] => [name, step]));
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Secrets are for what AWS' role cannot do; each of them is named here. */
const SECRETS = ['NOTIFY_WEBHOOK_URL', 'SMOKE_ADMIN_PASSWORD'];

describe('the workflows', () => {
  it.each(WORKFLOWS)('%s may nothing but what a job of it says', (_file, { permissions }) => {
    expect(permissions).toEqual({});
  });

  it.each(JOBS)('%s reads the repository, and takes AWS’ role at most', (_name, { permissions }) => {
    expect([{ contents: 'read' }, { contents: 'read', 'id-token': 'write' }]).toContainEqual(permissions);
  });

  it.each(JOBS.filter(([, { uses }]) => uses === undefined))('%s ends', (_name, job) => {
    expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(JOBS.filter(([, { uses }]) => uses !== undefined))(
    '%s is in this repository',
    (_name, { uses }) => {
      expect(existsSync(join(ROOT, uses ?? ''))).toBe(true);
    },
  );

  it('take actions by their commit, with the version beside it', () => {
    const lines = WORKFLOWS.flatMap(([file]) =>
      textOf(file)
        .split('\n')
        .filter((line) => line.includes('uses: ')),
    );
    const foreign = lines.filter((line) => !line.includes('uses: ./'));
    expect(foreign.length).toBeGreaterThan(0);
    expect(
      foreign.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  it('know each action in one version', () => {
    const pins = new Set(STEPS.flatMap(([, { uses }]) => uses ?? []));
    expect(new Set([...pins].map((pin) => pin.split('@')[0])).size).toBe(pins.size);
  });

  it.each(STEPS.filter(([, { run }]) => run !== undefined))(
    '%s runs one script of the repository',
    (_name, { run = '' }) => {
      expect(run).not.toMatch(/[\n;|&$`]/);
      const script = run.split(' ').find((word) => word.includes('/') && existsSync(join(ROOT, word)));
      expect({ run, script }).toEqual({ run, script: expect.any(String) as string });
      accessSync(join(ROOT, script ?? ''), constants.X_OK);
    },
  );

  it('call groups of steps that .ci/run has, and leave none out', () => {
    const asked = STEPS.flatMap(([, { run = '' }]) => run.match(/\.ci\/run (\w+)$/)?.[1] ?? []);
    const run = readFileSync(join(ROOT, '.ci/run'), 'utf8');
    const there = /GROUPS_OF_STEPS=\((.*)\)/.exec(run)?.[1]?.split(' ');
    expect(asked.sort()).toEqual(there?.sort());
  });

  it.each(STEPS.filter(([, { uses }]) => uses?.startsWith('actions/checkout@')))(
    '%s leaves no token behind in the checkout',
    (_name, step) => {
      expect(step.with?.['persist-credentials']).toBe(false);
    },
  );

  it('name the secrets they take, none of them a key of AWS', () => {
    const taken = WORKFLOWS.flatMap(([file]) =>
      [...textOf(file).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name),
    );
    expect([...new Set(taken)].sort()).toEqual(SECRETS);
  });

  it('put nothing that somebody else may choose into a command', () => {
    for (const [, { run = '' }] of STEPS) expect(run).not.toContain('${{');
    expect(WORKFLOWS.map(([file]) => textOf(file)).join('')).not.toMatch(
      /pull_request_target|github\.head_ref|github\.event\.[\w.]*(title|body|message)/,
    );
  });
});

describe('a deployment', () => {
  const { on, jobs } = WORKFLOWS.find(([file]) => file === 'deploy-to.yml')?.[1] as Workflow;
  const deploy = jobs['deploy'] as Job;

  it('is in an environment, whose rules ask for a yes, and alone there', () => {
    expect(Object.keys(on)).toEqual(['workflow_call']);
    expect(deploy.environment).toBe('${{ inputs.environment }}');
    expect(deploy.concurrency).toEqual({
      group: 'deploy-${{ inputs.environment }}',
      'cancel-in-progress': false,
    });
  });

  it('has a role instead of keys', () => {
    const step = deploy.steps?.find(({ uses }) => uses?.includes('configure-aws-credentials'));
    expect(Object.keys(step?.with ?? {})).toEqual([
      'role-to-assume',
      'aws-region',
      'role-session-name',
      'role-duration-seconds',
    ]);
  });

  it('takes the artefact that the tests ran for, and builds none', () => {
    const uploaded = WORKFLOWS.find(([file]) => file === 'ci.yml')?.[1].jobs['artefact']?.steps?.at(-1)?.with;
    const fetched = deploy.steps?.find(({ uses }) => uses?.includes('download-artifact'))?.with;
    expect(fetched).toMatchObject({ name: uploaded?.['name'] });
    expect(JSON.stringify(deploy.steps)).not.toMatch(/scripts\/artefact|npm run build/);
  });

  it('fails where the deed failed, and not where nobody could be told', () => {
    const tolerated = deploy.steps?.filter((step) => step['continue-on-error']).map(({ run }) => run);
    expect(tolerated).toEqual(['tools/ci/notify.mjs']);
  });
});

describe('whether there is a deployment', () => {
  const { jobs } = WORKFLOWS.find(([file]) => file === 'deploy.yml')?.[1] as Workflow;

  interface Run {
    /** Of workflow_dispatch; on a push there are none. */
    inputs?: { deed: 'release' | 'rollback'; environment: 'staging' | 'production' };
    ci: string;
    staging?: string;
  }
  /** The condition of a job; what GitHub writes in it is JavaScript too. */
  function isMet(job: 'staging' | 'production', { inputs, ci, staging }: Run): unknown {
    const condition = /^\$\{\{(.*)\}\}$/.exec(jobs[job]?.if ?? '')?.[1] ?? 'undefined';
    const github = { event_name: inputs === undefined ? 'push' : 'workflow_dispatch' };
    const needs = { ci: { result: ci }, staging: { result: staging } };
    return runInNewContext(condition, { github, needs, inputs: inputs ?? {}, cancelled: () => false });
  }
  const byHand = (deed: 'release' | 'rollback', environment: 'staging' | 'production') => ({
    inputs: { deed, environment },
  });

  it.each<[string, Run, boolean]>([
    ['a push that passed', { ci: 'success' }, true],
    ['a push that failed', { ci: 'failure' }, false],
    ['a push whose tests were cancelled by a newer one', { ci: 'cancelled' }, false],
    ['a release by hand', { ...byHand('release', 'staging'), ci: 'success' }, true],
    ['a release by hand that failed', { ...byHand('release', 'staging'), ci: 'failure' }, false],
    ['a way back', { ...byHand('rollback', 'staging'), ci: 'skipped' }, true],
    ['what is for production', { ...byHand('release', 'production'), ci: 'success' }, false],
  ])('in staging: %s', (_what, run, expected) => expect(isMet('staging', run)).toBe(expected));

  it.each<[string, Run, boolean]>([
    ['a push that staging has', { ci: 'success', staging: 'success' }, true],
    ['a push that staging did not take', { ci: 'success', staging: 'failure' }, false],
    ['a push whose turn in staging a newer one took', { ci: 'success', staging: 'cancelled' }, false],
    ['a push that failed', { ci: 'failure', staging: 'skipped' }, false],
    ['a release by hand', { ...byHand('release', 'production'), ci: 'success', staging: 'skipped' }, true],
    [
      'one by hand that failed',
      { ...byHand('release', 'production'), ci: 'failure', staging: 'skipped' },
      false,
    ],
    ['a way back', { ...byHand('rollback', 'production'), ci: 'skipped', staging: 'skipped' }, true],
    ['what is for staging', { ...byHand('rollback', 'staging'), ci: 'skipped', staging: 'success' }, false],
  ])('in production: %s', (_what, run, expected) => expect(isMet('production', run)).toBe(expected));
});

describe('the scripts that the workflows run', () => {
  const scripts = readdirSync(join(ROOT, 'tools/ci')).filter((name) => /\.(sh|mjs)$/.test(name));

  it('say how they are used, each where it has something to say', () => {
    for (const name of ['deploy.sh', 'notify.mjs', 'audit-dependencies.sh']) {
      expect(scripts).toContain(name);
      const words = execFileSync(join(ROOT, 'tools/ci', name), ['--help'], { encoding: 'utf8' });
      expect(words).toMatch(/^Usage: /);
      expect(words).toContain('--dry-run');
      expect(words).toContain('Exit codes: ');
    }
  });

  it('are commands that npm has too, where they are for people', () => {
    expect(MANIFEST.scripts['check']).toBe('bash .ci/run');
  });
});
