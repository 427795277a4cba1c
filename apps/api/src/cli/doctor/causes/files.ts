import type { Reasons } from './explain';

const NO_RIGHTS = {
  cause: 'the user that runs this may not write there',
  fix: 'give the folder to the user of the service: sudo chown -R <user> <folder>; run the doctor as that user',
};
const READ_ONLY = {
  cause: 'the disk is mounted read-only',
  fix: 'mount it for writing; a disk that turned read-only by itself has errors: look at dmesg',
};

/** Codes of the file system. */
export const FILE_REASONS: Reasons = {
  EACCES: NO_RIGHTS,
  EPERM: NO_RIGHTS,
  EROFS: READ_ONLY,
  ENOSPC: { cause: 'the disk is full', fix: 'make room: old releases, backups, logs; or enlarge the volume' },
  EDQUOT: { cause: 'the quota of the disk is used up', fix: 'raise it, or make room' },
  ENOENT: {
    cause: 'the file or folder is not there',
    fix: 'check the setting that names it, and whether its disk is mounted',
  },
  ENOTDIR: { cause: 'a file stands where a folder should be', fix: 'move it away, or set another folder' },
  EMFILE: { cause: 'too many files are open', fix: 'raise the limit of open files (ulimit -n, LimitNOFILE)' },
};
