import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PATH = process.env['PATH'] ?? '';
const { stdout } = spawnSync('sh', ['-c', 'command -v aws'], { env: { PATH }, encoding: 'utf8' });

/** The AWS CLI; none where it is not installed. */
const PROGRAM = stdout.trim();
export const hasAwsCli = PROGRAM !== '';

/**
 * Has the AWS CLI ask services of ours. Newer ones learn where those are by `AWS_ENDPOINT_URL_…`; Debian's does not.
 * @param folder of the test, where a program `aws` is put
 * @returns the PATH with it
 */
export function pathWithAwsAt(folder: string, services: { s3: string; cloudfront: string }): string {
  const bin = join(folder, 'aws-cli');
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, 'aws'),
    `#!/bin/sh
case $1 in
  s3 | s3api) exec ${PROGRAM} --endpoint-url ${services.s3} "$@" ;;
  cloudfront) exec ${PROGRAM} --endpoint-url ${services.cloudfront} "$@" ;;
esac
echo "aws $1 is not here" >&2
exit 254
`,
    { mode: 0o755 },
  );
  return bin + delimiter + PATH;
}
