import type { Reasons } from './explain';

const PASSWORD = {
  cause: 'Redis asks for a password, and this one is none or the wrong one',
  fix: 'set REDIS_PASSWORD (or the AUTH token of ElastiCache) in the secret',
};

const SILENT = {
  cause:
    'Redis takes the connection and does not answer in time: it hangs, is busy with one long command, or expects TLS',
  fix: 'restart it; look for slow commands (SLOWLOG GET); set REDIS_TLS=true where encryption in transit is on',
};

/** What Redis and ioredis say; those with a space are parts of messages. */
export const REDIS_REASONS: Reasons = {
  'NOAUTH ': PASSWORD,
  'WRONGPASS ': PASSWORD,
  'NOPERM ': {
    cause: 'this user of Redis may not use the command or the key',
    fix: 'allow it GET, SET, DEL, EVAL, PUBLISH and SUBSCRIBE on the keys of Liftdesk',
  },
  'Command timed out': SILENT,
  'Connection is closed': SILENT,
  'READONLY ': {
    cause: 'this is a replica: it takes no writes',
    fix: 'set REDIS_HOST to the primary endpoint',
  },
  'OOM ': {
    cause: 'Redis is full and may not forget anything',
    fix: 'raise its memory, or set maxmemory-policy',
  },
  'LOADING ': {
    cause: 'Redis has just started and reads its data',
    fix: 'wait a moment and run the doctor again',
  },
  MaxRetriesPerRequestError: {
    cause: 'no connection to Redis came about',
    fix: 'check REDIS_HOST, REDIS_PORT, REDIS_TLS and the security group',
  },
};
