/**
 * The files that one small OpenStack Swift needs: a proxy that speaks S3, and one server each for accounts, containers
 * and objects, all on the loopback, one copy of everything, nothing in /etc.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';

export const SERVERS = ['account', 'container', 'object', 'proxy'];
/** tempauth's account, user and key are S3's access key and secret. */
export const CREDENTIALS = { accessKeyId: 'liftdesk:ci', secretAccessKey: 'a-secret-of-this-machine' };

/** @param {string} folder @param {Record<string, number>} ports by server */
export function writeSwift(folder, ports) {
  mkdirSync(join(folder, 'devices', 'd1'), { recursive: true });
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('swift.conf', HASH);
  for (const kind of ['account', 'container', 'object']) {
    write(`${kind}.conf`, storageServer(kind, folder, ports[kind]));
    ring(kind, folder, ports[kind]);
  }
  write('proxy.conf', proxy(folder, ports));
}

const HASH = `[swift-hash]
swift_hash_path_prefix = ci
swift_hash_path_suffix = ci

[storage-policy:0]
name = only
default = yes
`;

const common = (folder, port) => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
swift_dir = ${folder}
devices = ${join(folder, 'devices')}
mount_check = false
workers = 0
user = ${userInfo().username}
log_level = WARNING
`;

// A listing shows an object at once only if its server has not given up on the container's: nobody mends it later here.
const storageServer = (kind, folder, port) => `${common(folder, port)}
[pipeline:main]
pipeline = ${kind}-server

[app:${kind}-server]
use = egg:swift#${kind}
container_update_timeout = 30
conn_timeout = 5
node_timeout = 30
`;

const proxy = (folder, ports) => `${common(folder, ports.proxy)}
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth bulk copy slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 5
node_timeout = 30

[filter:tempauth]
use = egg:swift#tempauth
user_${CREDENTIALS.accessKeyId.replace(':', '_')} = ${CREDENTIALS.secretAccessKey} .admin

[filter:s3api]
use = egg:swift#s3api
allow_multipart_uploads = true
check_bucket_owner = false

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${ports.memcached}

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
`;

function ring(kind, folder, port) {
  const build = (...args) =>
    execFileSync('swift-ring-builder', [`${kind}.builder`, ...args], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  build('create', '4', '1', '1');
  build('add', `r1z1-127.0.0.1:${port}/d1`, '1');
  build('rebalance');
}
