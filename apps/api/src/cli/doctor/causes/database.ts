import type { Reasons } from './explain';

const LOCKED = {
  cause: 'another program holds the write lock of the SQLite file',
  fix: 'end it: a second server, a sqlite3 shell with an open transaction, a copy job (lsof <file> names it); more than one process needs PostgreSQL (DATABASE_URL)',
};
const READ_ONLY = {
  cause: 'the database file, or its folder, may not be written by this user',
  fix: 'give file and folder to the user of the service: sudo chown <user> <folder> <file>; the folder too, for -wal and -shm',
};
const DAMAGED = {
  cause: 'the file is damaged, or no SQLite database',
  fix: 'stop the server, keep the file, restore the last backup beside it',
};
const TOO_MANY = {
  cause: 'PostgreSQL gives out no more connections',
  fix: 'lower DATABASE_POOL_SIZE (times processes, plus 3 for people), or raise max_connections',
};
const STARTING = {
  cause: 'PostgreSQL starts, stops or recovers',
  fix: 'wait a moment; then look into its log',
};
const NOT_ENCRYPTED = {
  cause: 'PostgreSQL refuses this user from here, or a connection without TLS',
  fix: 'set DATABASE_SSL=verify with DATABASE_CA_FILE; or allow the host in pg_hba.conf',
};

const NO_ANSWER = {
  cause:
    'PostgreSQL takes the connection and does not answer in time: it hangs, recovers, or is no PostgreSQL',
  fix: 'look into its log, and at the events of RDS; check host and port of DATABASE_URL',
};

/** SQLite's codes, and PostgreSQL's SQLSTATE. */
export const DATABASE_REASONS: Reasons = {
  SQLITE_BUSY: LOCKED,
  SQLITE_BUSY_SNAPSHOT: LOCKED,
  SQLITE_LOCKED: LOCKED,
  'database is locked': LOCKED,
  SQLITE_READONLY: READ_ONLY,
  SQLITE_READONLY_DIRECTORY: READ_ONLY,
  SQLITE_READONLY_DBMOVED: READ_ONLY,
  SQLITE_CANTOPEN: READ_ONLY,
  'attempt to write a readonly database': READ_ONLY,
  'unable to open database file': READ_ONLY,
  SQLITE_FULL: { cause: 'the disk is full', fix: 'make room, or enlarge the volume' },
  SQLITE_IOERR: {
    cause: 'the disk gives errors',
    fix: 'look at dmesg and the health of the volume; keep a copy of the file first',
  },
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
  'timeout exceeded when trying to connect': NO_ANSWER,
  'Connection terminated': NO_ANSWER,
  '28P01': {
    cause: 'the password of the database user is wrong',
    fix: 'correct DATABASE_URL, in the secret where it is kept there; %-encode special characters',
  },
  '28000': NOT_ENCRYPTED,
  '3D000': {
    cause: 'there is no database of that name',
    fix: 'make it: create database liftdesk owner <user>',
  },
  '42501': {
    cause: 'the database user may not do this',
    fix: 'make it the owner of the schema: alter schema public owner to <user>',
  },
  '25006': {
    cause: 'this server is a replica and takes no writes',
    fix: 'set DATABASE_URL to the primary endpoint',
  },
  '53300': TOO_MANY,
  '53400': TOO_MANY,
  '57P03': STARTING,
  '57P01': STARTING,
  '57P02': STARTING,
  '57014': {
    cause: 'the statement took longer than DATABASE_STATEMENT_TIMEOUT',
    fix: 'look for a lock (pg_stat_activity), or for a server that is too small',
  },
  '42P01': { cause: 'a table is not there', fix: 'run: npm run migration:run' },
};
