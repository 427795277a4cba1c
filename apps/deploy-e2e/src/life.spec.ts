import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { withPrelude } from './harness/builds';
import { Cloud } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { Load } from './harness/load';
import { Machine } from './harness/machine';
import { until, wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

/** Whoever asks for this path makes the process keep more than PM2 lets it have. */
const GROWS = withPrelude(`{
  const { Server } = require('node:http');
  const emit = Server.prototype.emit;
  const kept = [];
  Server.prototype.emit = function (event, request, response) {
    if (event !== 'request' || request.url !== '/api/grow') return emit.apply(this, arguments);
    kept.push(Buffer.alloc(450 * 1024 * 1024, 1));
    return response.end();
  };
}`);

describeOnMachines('a machine with a desk of two processes', () => {
  let cloud: Cloud;
  let machine: Machine;

  beforeAll(async () => {
    cloud = await Cloud.start();
    const { settings, credentials } = cloud;
    machine = await Machine.make({ engine: 'postgres', instances: 2, settings, credentials });
    await wentWell(machine.release((await buildsOfRun().another('0.3.0', GROWS)).file).ended);
    await machine.hireAgent();
  });
  afterAll(async () => {
    try {
      await machine.remove();
    } finally {
      await cloud.stop();
    }
  });

  const twoServe = (without: readonly number[]) => async (): Promise<boolean> => {
    const { workers } = machine;
    return (
      workers.length === 2 && !workers.some((pid) => without.includes(pid)) && (await machine.desk.isReady())
    );
  };

  it('serves on when a process is killed, and has two again', async () => {
    const [victim] = machine.workers as [number, number];
    const load = await Load.begin(machine.desk);
    await load.goOn(200);
    process.kill(victim, 'SIGKILL');
    await until('two serve', twoServe([victim]));
    const { lost } = await load.end(1_000);
    // What that process had in hand is answered with 502, and no more; what was just being handed to it hears nothing.
    expect(lost.length).toBeLessThanOrEqual(Load.AT_ONCE);
    expect(lost.filter((words) => !/: 502|no answer within/.test(words))).toEqual([]);
    await load.findAll();
  });

  it('ends a process that takes too much memory, and serves on', async () => {
    const before = machine.workers;
    const load = await Load.begin(machine.desk);
    await machine.desk.ask('GET', '/api/grow');
    await until('one is replaced', () => before.some((pid) => !machine.workers.includes(pid)));
    const gone = before.filter((pid) => !machine.workers.includes(pid));
    await until('two serve', twoServe(gone));
    expect(gone).toHaveLength(1);
    const { lost } = await load.end(500);
    expect(lost).toEqual([]);
    await load.findAll();
  });

  it('brings the desk back after a power cut, by what its unit runs', async () => {
    const load = await Load.begin(machine.desk);
    const { lost } = await load.end(200);
    expect(lost).toEqual([]);
    await machine.reboot();
    await until('two serve', twoServe([]));
    await load.findAll();
  });

  it('makes a proven backup by what its timer runs', async () => {
    expect(machine.unit('liftdesk-backup.timer').all('OnCalendar')).toHaveLength(1);
    await wentWell(machine.unit('liftdesk-backup.service').start().ended);
    const listed = await wentWell(machine.operate('backup', '--list', '--json'));
    expect(JSON.parse(listed)).toMatchObject({ backups: [{ provenAt: expect.any(String) as string }] });
    expect(await machine.desk.call('GET', '/health')).toMatchObject({ status: 'healthy' });
  });

  it('writes down how it is by what its watch runs', async () => {
    await wentWell(machine.unit('liftdesk-watch.service').start().ended);
    const lines = machine.lines('logs/watch.log');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ ready: 1, deadMail: 0 });
  });

  it('shows a renewed certificate without a lost request', async () => {
    const load = await Load.begin(machine.desk);
    await load.goOn(200);
    machine.renewCertificate();
    await wentWell(machine.renewed());
    const newest = machine.desk.certificates.at(-1)?.trim();
    await until('the new one is shown', async () => (await machine.desk.certificate()).trim() === newest);
    const { lost } = await load.end(1_000);
    expect(lost).toEqual([]);
  });

  it('goes on with the configuration of nginx that it has, where the new one is broken', async () => {
    const broken = machine.host.path('/etc/nginx/conf.d/broken.conf');
    writeFileSync(broken, 'server { listen nowhere }');
    const { code, stderr } = await machine.renewed();
    rmSync(broken);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.conf/);
    expect(await machine.desk.isReady()).toBe(true);
  });

  it('loses no line when its logs are rotated', async () => {
    const load = await Load.begin(machine.desk);
    for (let time = 0; time < 3; time += 1) {
      await load.goOn(300);
      await wentWell(machine.host.run(['/usr/sbin/logrotate', '--force', '/etc/logrotate.d/liftdesk']));
    }
    const { lost, requests } = await load.end(1_500);
    expect(lost).toEqual([]);
    const all = ['sh', '-c', 'cd /var/log/liftdesk && zcat -f nginx-access.log*'];
    const missing = async (): Promise<string[]> => {
      const log = await wentWell(machine.host.run(all));
      return requests.filter((id) => !log.includes(id));
    };
    // A line is written when its answer has left.
    await until('each request has its line', async () => (await missing()).length === 0);
    const files = readdirSync(machine.host.path('/var/log/liftdesk'));
    expect(files.filter((name) => name.startsWith('nginx-access.log'))).toHaveLength(4);
  });
});
