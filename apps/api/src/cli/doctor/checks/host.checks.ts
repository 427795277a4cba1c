import { diskCheck as healthDiskCheck } from '@liftdesk/health';
import { existsSync, readdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { askAsOperator } from '../api-probe';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, skipped, warning } from '../check';

const MB = 1024 * 1024;
/** The rest is the system's, nginx's and the page cache's. */
const SHARE_OF_MACHINE = 0.8;
/** The heap is not all of a process: buffers, code, the database's own memory. */
const SHARE_OF_HEAP = 0.9;

export const diskCheck: DoctorCheck = {
  name: 'disk',
  run: async (context) => {
    const room = {
      cause: 'uploads, logs, the database and its backups grow until the disk is full',
      fix: 'delete old releases, backups and logs, or enlarge the volume (EBS can while it runs)',
    };
    const check = healthDiskCheck(context.config.health, [
      ...new Set(dataFolders(context).map(existingFolder)),
    ]);
    try {
      const { message = '', warn = false } = await check.check();
      return warn ? warning(message, room) : ok(message);
    } catch (error) {
      return failure((error as Error).message, room);
    }
  },
};

function dataFolders({ config: { database, storage, logging } }: DoctorContext): string[] {
  return [
    ...(database.type === 'sqlite' ? [dirname(database.path)] : []),
    storage.uploadDir,
    ...(logging.LOG_TRANSPORT === 'file' ? [logging.LOG_DIR] : []),
  ];
}

/** A folder that is made at the first start lies on the disk of the one above it. */
export function existingFolder(folder: string): string {
  const path = resolve(folder);
  return existsSync(path) || dirname(path) === path ? path : existingFolder(dirname(path));
}

/** The limit of the process against the machine, and what the running server uses of it. */
export const memoryCheck: DoctorCheck = {
  name: 'memory',
  guide: '4. High memory usage on EC2',
  run: async (context, signal) => {
    const limit = context.config.health.HEALTH_MEMORY_LIMIT_MB;
    const machine = Math.min(totalmem(), process.constrainedMemory?.() || Infinity) / MB;
    const { resident, heapLimit } = await usageOf(context, signal);
    const used = resident === null ? '' : `, ${resident.toFixed(0)} MB in use`;
    const message = `limit ${limit} MB of a machine of ${machine.toFixed(0)} MB${used}`;
    if (resident !== null && resident > limit)
      return failure(message, {
        cause: 'the server is larger than it may be, and PM2 restarts it again and again',
        fix: 'look at pm2 logs for what it did; raise max_memory_restart and HEALTH_MEMORY_LIMIT_MB together, or take a larger instance',
      });
    if (limit > machine * SHARE_OF_MACHINE)
      return warning(message, {
        cause: 'the kernel would end the process (out of memory) before its own limit does',
        fix: 'take a larger instance, or lower HEALTH_MEMORY_LIMIT_MB and max_memory_restart together',
      });
    if (heapLimit !== null && heapLimit > limit * SHARE_OF_HEAP)
      return warning(`${message}; its heap may grow to ${heapLimit.toFixed(0)} MB`, {
        cause: 'V8 frees memory late where the heap may grow past the limit of the process',
        fix: `start it by ecosystem.config.js, or with NODE_OPTIONS=--max-old-space-size=${Math.floor(limit * 0.64)}`,
      });
    return ok(message);
  },
};

interface Usage {
  readonly resident: number | null;
  readonly heapLimit: number | null;
}

async function usageOf(context: DoctorContext, signal: AbortSignal): Promise<Usage> {
  const answer = await askAsOperator(context, '/metrics', signal);
  const text = answer?.body.toString('utf8') ?? '';
  const read = (name: string): number | null => {
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    return found === undefined ? null : Number(found) / MB;
  };
  return { resident: read('process_resident_memory_bytes'), heapLimit: read('liftdesk_heap_limit_bytes') };
}

const UNIT = /^(pm2-.+|liftdesk.*)\.service$/;

/** Whether the server comes back by itself after the machine has started again. */
export const autostartCheck: DoctorCheck = {
  name: 'autostart',
  guide: '7. PM2 process not starting on reboot',
  run: ({ config, env, systemRoot }): Finding => {
    if (config.app.NODE_ENV !== 'production' && config.app.NODE_ENV !== 'staging')
      return skipped(`not in ${config.app.NODE_ENV}`);
    const systemd = join(systemRoot, 'etc/systemd/system');
    if (!existsSync(systemd)) return skipped('no systemd here: what starts containers starts this one');
    const wanted = join(systemd, 'multi-user.target.wants');
    const unit = (existsSync(wanted) ? readdirSync(wanted) : []).find((name) => UNIT.test(name));
    if (unit === undefined)
      return warning('no unit of systemd starts it', {
        cause: 'after a reboot nobody starts the server: pm2 startup was never run',
        fix: 'pm2 startup, run the command that it prints, then pm2 save',
      });
    if (!unit.startsWith('pm2-')) return ok(`${unit} starts it`);
    const home = env['PM2_HOME'] ?? join(env['HOME'] ?? '/root', '.pm2');
    if (existsSync(join(home, 'dump.pm2'))) return ok(`${unit} starts what pm2 save has kept`);
    return warning(`${unit} is there, and ${home}/dump.pm2 is not`, {
      cause: 'PM2 comes back after a reboot with nothing to start',
      fix: 'pm2 start ecosystem.config.js, then pm2 save, as the user of the service',
    });
  },
};
