import type { DoctorCheck } from '../check';
import { backupCheck } from './backup.check';
import { clientCheck } from './client.check';
import { clockCheck } from './clock.check';
import { configCheck } from './config.check';
import { corsCheck } from './cors.check';
import { databaseCheck, migrationsCheck } from './database.checks';
import { autostartCheck, diskCheck, memoryCheck } from './host.checks';
import { apiCheck, healthCheck } from './http.checks';
import { logsCheck } from './logs.check';
import { mailCheck } from './mail.check';
import { proxyCheck } from './proxy.check';
import { redisCheck } from './redis.check';
import { secretsCheck } from './secrets.check';
import { signInLimitCheck } from './sign-in-limit.check';
import { storageCheck } from './storage.check';
import { certificateCheck, redirectCheck } from './tls.checks';

/** In the order of the table. Those of `last` are made when all others are through. */
export const CHECKS: { readonly together: readonly DoctorCheck[]; readonly last: readonly DoctorCheck[] } = {
  together: [
    configCheck,
    secretsCheck,
    databaseCheck,
    migrationsCheck,
    storageCheck,
    backupCheck,
    mailCheck,
    redisCheck,
    logsCheck,
    clockCheck,
    diskCheck,
    memoryCheck,
    autostartCheck,
    apiCheck,
    healthCheck,
    corsCheck,
    proxyCheck,
    certificateCheck,
    redirectCheck(),
    clientCheck,
  ],
  last: [signInLimitCheck],
};

export const CHECK_NAMES: readonly string[] = [...CHECKS.together, ...CHECKS.last].map(({ name }) => name);
