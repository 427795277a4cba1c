import type { Synthesised } from './desk';

/** What AWS would have filled in. */
const FILLED: [reference: RegExp, value: string | ((whole: string, name: string) => string)][] = [
  [/<AWS::Region>|\$\{AWS::Region\}/g, 'eu-central-1'],
  [/\$\{AWS::AccountId\}/g, '111122223333'],
  [
    /<Secrets(\w+)>/g,
    'arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/support-ticket/$1-AbCdEf',
  ],
  [/<Cdn\w+\.DomainName>/g, 'd111abcdef8.cloudfront.net'],
  [/<Buckets(\w+)>/g, (_, name) => `liftdesk-production-${name.toLowerCase()}`],
  [/<MailConfiguration\w+>/g, 'liftdesk'],
  [/<Mail(\w+)>/g, 'arn:aws:sns:eu-central-1:111122223333:$1'],
  [/<Front\w+\.AllocationId>/g, 'eipalloc-0abc'],
  [/<Front\w+>/g, 'vol-0123456789abcdef0'],
  [/<Redis[\w.]+>/g, 'liftdesk.abc.ng.0001.euc1.cache.amazonaws.com'],
];

/** The files that the user data writes, as they would lie on the machine. */
export function filesOf(desk: Synthesised): Record<string, string> {
  const text = FILLED.reduce(
    (filled, [reference, value]) => filled.replace(reference, value as string),
    desk.userData,
  );
  const files = text.matchAll(/^cat > (\S+) <<'END-OF-VARIABLES'\n(.*?)^END-OF-VARIABLES$/gms);
  return Object.fromEntries([...files].map(([, path = '', lines = '']) => [path, lines]));
}
