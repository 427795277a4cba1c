import { writeFileSync, existsSync } from 'node:fs';
import { Machine } from './harness/machine';
import { WITHOUT_CLOUD } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { setTimeout as pause } from 'node:timers/promises';
it('holds', async () => {
  writeFileSync('/tmp/prepared.env', process.env['DEPLOY_E2E_PREPARED'] ?? '');
  const machine = await Machine.make({ engine: 'sqlite', instances: 1, settings: WITHOUT_CLOUD });
  writeFileSync('/tmp/machine.info', JSON.stringify({ init: (machine.host as any).initPid, config: machine.door.configuration, https: machine.desk.port, build: buildsOfRun().first }));
  while (!existsSync('/tmp/stop-machine')) await pause(500);
  await machine.remove();
}, 3_000_000);
