import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Finding, ok, warning } from '../../cli/doctor/check';
import { notChecked, type SecurityCheck } from '../audit-check';

const OUTPUT_BYTES = 32 * 1024 * 1024;
const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'info'] as const;
type Severity = (typeof SEVERITIES)[number];

interface NpmAudit {
  metadata?: { vulnerabilities?: Partial<Record<Severity, number>> };
  vulnerabilities?: Record<string, { severity: Severity }>;
  error?: { code?: string; summary?: string };
  message?: string;
}

/** What the registry knows of the versions in the lock file. */
export const dependenciesCheck: SecurityCheck = {
  name: 'dependencies',
  asvs: ['15.2.1'],
  timeoutMs: 90_000,
  run: async ({ directory, npm }, signal) => {
    if (!existsSync(join(directory, 'package-lock.json')))
      return notChecked('there is no package-lock.json here: run it in a checkout of the version that runs');
    const output = await npmAudit(npm, directory, signal);
    try {
      return judged(JSON.parse(output) as NpmAudit);
    } catch {
      return notChecked('npm audit could not be asked, or said nothing that can be understood');
    }
  },
};

/** It ends with 1 where it finds something: what it prints says more. */
function npmAudit(npm: string, cwd: string, signal: AbortSignal): Promise<string> {
  const options = { cwd, signal, maxBuffer: OUTPUT_BYTES };
  return new Promise((resolve) => {
    execFile(npm, ['audit', '--omit=dev', '--json'], options, (_error, stdout) => resolve(stdout));
  });
}

function judged({ metadata, vulnerabilities = {}, error, message }: NpmAudit): Finding {
  const counts = metadata?.vulnerabilities;
  if (counts === undefined)
    return notChecked(
      `the registry was not to be asked (${error?.summary || error?.code || message || 'no answer'})`,
    );
  const count = (severity: Severity): number => counts[severity] ?? 0;
  const total = SEVERITIES.reduce((sum, severity) => sum + count(severity), 0);
  if (total === 0) return ok('the registry knows of no hole in any version that is in use');
  const grave = count('critical') + count('high');
  const shown = SEVERITIES.filter((severity) => count(severity) > 0).map(
    (severity) => `${count(severity)} ${severity}`,
  );
  const names = Object.entries(vulnerabilities).flatMap(([name, { severity }]) =>
    grave === 0 || severity === 'critical' || severity === 'high' ? [name] : [],
  );
  return (grave > 0 ? failure : warning)(`${shown.join(', ')}: ${names.join(', ')}`, {
    cause: 'a version that is in use has a hole that is known',
    fix: 'npm audit --omit=dev says which version mends it; docs/security.md says within which time',
  });
}
