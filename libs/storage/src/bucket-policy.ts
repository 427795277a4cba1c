/** A statement as AWS writes it: one thing, or a list of them. */
interface Statement {
  Effect?: string;
  Principal?: unknown;
  Action?: unknown;
  Resource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** Whether a policy denies everybody everything in the bucket that comes without TLS. */
export function deniesWithoutTls(policy: unknown, bucket: string): boolean {
  const statements = listOf((policy as { Statement?: unknown }).Statement) as Statement[];
  const denying = statements.filter(isDenialWithoutTls);
  const covered = new Set(denying.flatMap(({ Resource }) => listOf(Resource)).map(nameOf));
  return covered.has('*') || (covered.has(bucket) && covered.has(`${bucket}/*`));
}

function isDenialWithoutTls({ Effect, Principal, Action, Condition }: Statement): boolean {
  const everybody =
    Principal === '*' || listOf((Principal as { AWS?: unknown } | undefined)?.AWS).includes('*');
  const everything = listOf(Action).some((action) => action === '*' || action === 's3:*');
  return Effect === 'Deny' && everybody && everything && isOnlyAboutTls(Condition);
}

/** A second condition would let through what it does not hold for. */
function isOnlyAboutTls(condition: Statement['Condition'] = {}): boolean {
  const operators = Object.entries(condition);
  const keys = operators.flatMap(([, values]) => Object.entries(values));
  return (
    operators.length === 1 &&
    operators[0]?.[0] === 'Bool' &&
    keys.length === 1 &&
    keys[0]?.[0].toLowerCase() === 'aws:securetransport' &&
    listOf(keys[0][1]).every((value) => String(value) === 'false')
  );
}

/** `arn:aws:s3:::bucket/*`, in every partition. */
const nameOf = (resource: unknown): string => String(resource).replace(/^arn:[\w-]+:s3:::/, '');

const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
