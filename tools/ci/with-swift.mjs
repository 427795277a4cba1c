/**
 * Runs a command beside an OpenStack Swift of its own: somebody else's S3, strict on signatures and links.
 *
 *   node tools/ci/with-swift.mjs -- <command> [arguments]
 *
 * The command finds SWIFT_S3_ENDPOINT, SWIFT_S3_BUCKET, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Swift is Debian's;
 * where it is missing and this user may, it is installed. Everything lies in a temporary folder and ends with the command,
 * whose exit code is passed on.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CREDENTIALS, SERVERS, writeSwift } from './swift-config.mjs';

/** Program and the Debian package that has it. */
const PROGRAMS = ['memcached=memcached', ...SERVERS.map((server) => `${programOf(server)}=swift-${server}`)];
const ENSURE_PACKAGES = join(import.meta.dirname, 'ensure-packages.sh');
const BUCKET = 'attachments';
const UP_WITHIN_MS = 90_000;

const command = process.argv.slice(process.argv.indexOf('--') + 1);
if (!process.argv.includes('--') || command.length === 0) {
  process.stderr.write('node tools/ci/with-swift.mjs -- <command> [arguments]\n');
  process.exit(2);
}

const children = [];
let folder;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => finish(130));

try {
  execFileSync(ENSURE_PACKAGES, PROGRAMS, { stdio: 'inherit' });
  folder = folderWithAttributes();
  const ports = Object.fromEntries(
    await Promise.all(['memcached', ...SERVERS].map(async (name) => [name, await freePort()])),
  );
  writeSwift(folder, ports);
  // As root it wants to be told so.
  start('memcached', 'memcached', '-l', '127.0.0.1', '-p', ports.memcached, '-u', userInfo().username);
  for (const name of SERVERS) start(name, programOf(name), join(folder, `${name}.conf`), '--verbose');
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  await makeBucket(endpoint);
  process.stdout.write(`OpenStack Swift answers as S3 at ${endpoint}\n`);
  await finish(await run(endpoint));
} catch (error) {
  process.stderr.write(`Swift did not come up: ${error.message}\n${logs()}`);
  await finish(1);
}

/** Swift writes what it knows of an object into extended attributes, which not every file system has. */
function folderWithAttributes() {
  for (const parent of [tmpdir(), '/var/tmp', process.cwd()]) {
    const made = mkdtempSync(join(parent, 'swift-'));
    const { status } = spawnSync('/usr/bin/python3', [
      '-c',
      'import os, sys; os.setxattr(sys.argv[1], "user.swift", b"x")',
      made,
    ]);
    if (status === 0) return made;
    rmSync(made, { recursive: true });
  }
  throw new Error('No folder for Swift: none of the file systems here has extended attributes');
}

function programOf(server) {
  return `swift-${server}-server`;
}

function start(name, program, ...args) {
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(program, args.map(String), { stdio: ['ignore', log, log] });
  closeSync(log);
  child.once('error', (error) => process.stderr.write(`${program}: ${error.message}\n`));
  children.push(child);
}

async function makeBucket(endpoint) {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: CREDENTIALS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  });
  for (const until = Date.now() + UP_WITHIN_MS; ; await sleep(200)) {
    const ended = children.find(({ exitCode }) => exitCode !== null);
    if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}`);
    try {
      await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
      return client.destroy();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

function run(endpoint) {
  const env = {
    ...process.env,
    SWIFT_S3_ENDPOINT: endpoint,
    SWIFT_S3_BUCKET: BUCKET,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  const child = spawn(command[0], command.slice(1), { env, stdio: 'inherit' });
  children.push(child);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${command[0]}: ${error.message}\n`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

async function finish(code) {
  const running = children.filter(
    ({ exitCode, signalCode, pid }) => pid && exitCode === null && signalCode === null,
  );
  const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.race([Promise.all(ended), sleep(5_000)]);
  for (const child of running) child.kill('SIGKILL');
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

/** The last lines of each server. */
function logs() {
  if (!folder) return '';
  return SERVERS.map((name) => {
    try {
      return `--- ${name}\n${readFileSync(join(folder, `${name}.log`), 'utf8')
        .split('\n')
        .slice(-15)
        .join('\n')}\n`;
    } catch {
      return '';
    }
  }).join('');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
