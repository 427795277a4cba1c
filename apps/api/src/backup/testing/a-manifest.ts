import type { Artefact } from '../artefact';
import type { Manifest } from '../manifest';

const SHA256 = '0123456789abcdef'.repeat(4);

/** A manifest that is right, for a backup made at the time of its name. */
export function aManifest(name: string, changes: Partial<Manifest> = {}): Manifest {
  const [, day = '', time = ''] = /(\d{8})_(\d{6})$/.exec(name) ?? [];
  const createdAt = `${day.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}.000Z`;
  return {
    format: 1,
    name,
    createdAt,
    provenAt: createdAt,
    appVersion: '1.0.0',
    engine: 'sqlite',
    engineVersion: '3.53.2',
    migrations: ['Initial1'],
    tables: { user: { rows: 3, sha256: SHA256, columns: ['rid', 'name'] } },
    database: anArtefact(`${name}.sqlite.gz`),
    files: {
      where: 'pool',
      suffix: '',
      count: 0,
      bytes: 0,
      missing: 0,
      list: anArtefact(`${name}.files.ndjson.gz`),
      sample: [],
    },
    ...changes,
  };
}

const anArtefact = (key: string): Artefact => ({
  key,
  bytes: 10,
  sha256: SHA256,
  compression: 'gzip',
  encryption: 'none',
  plain: { bytes: 20, sha256: SHA256 },
});
