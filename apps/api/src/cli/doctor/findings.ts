import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DoctorOptions, runDoctor } from './doctor';
import type { CheckReport } from './runner';

/** What was found, by the name of the check. */
export type Findings = Readonly<Record<string, CheckReport>> & {
  readonly text: string;
  readonly healthy: boolean;
};

export async function findingsOf(env: Record<string, string>, options: DoctorOptions): Promise<Findings> {
  const { reports, text, healthy } = await runDoctor(env, options);
  return Object.assign(Object.fromEntries(reports.map((report) => [report.name, report])), { text, healthy });
}

/** Every file of a folder with what it holds, by path; of folders only that they are there. */
export function contentOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(paths.map((path) => [path, digestOf(join(folder, path))]));
}

function digestOf(path: string): string {
  return statSync(path).isDirectory()
    ? 'folder'
    : createHash('sha256').update(readFileSync(path)).digest('hex');
}
