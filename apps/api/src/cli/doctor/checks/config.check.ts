import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DoctorCheck, type DoctorContext, ok, warning } from '../check';

const OTHERS_MAY_READ = 0o044;

/** By the time it runs the configuration was parsed: what remains is what no schema can see. */
export const configCheck: DoctorCheck = {
  name: 'config',
  run: (context) => {
    const { app, platform } = context.config;
    const open = readableByOthers(context);
    if (open !== null)
      return warning(`${open} holds secrets, and others on this machine may read it`, {
        cause: 'its rights are wider than the user of the service',
        fix: `chmod 600 ${open}; on AWS keep secrets in Secrets Manager (SECRETS_PROVIDER=aws)`,
      });
    return ok(`${app.NODE_ENV}, PLATFORM=${platform.PLATFORM}: ${switches(context)}`);
  },
};

function switches({ config }: DoctorContext): string {
  const { database, storage, secrets, mail, throttling, pubSub, logging } = config;
  return [
    `database ${database.type}`,
    `files ${storage.type}`,
    `secrets ${secrets.SECRETS_PROVIDER}`,
    `mail ${mail.type}`,
    `limits ${throttling.THROTTLE_STORE}`,
    `events ${pubSub.PUBSUB}`,
    `logs ${logging.LOG_TRANSPORT}`,
  ].join(', ');
}

/** The file of variables, where it is one of a machine that others use too. */
function readableByOthers({ config: { app }, directory }: DoctorContext): string | null {
  if (app.NODE_ENV !== 'production' && app.NODE_ENV !== 'staging') return null;
  const name = `.env.${app.NODE_ENV}`;
  const path = join(directory, name);
  if (!existsSync(path)) return null;
  const holdsSecrets = /^\s*(JWT_SECRET|DATABASE_URL|\w*PASSWORD)\s*=\s*\S/m.test(readFileSync(path, 'utf8'));
  return holdsSecrets && (statSync(path).mode & OTHERS_MAY_READ) !== 0 ? name : null;
}
