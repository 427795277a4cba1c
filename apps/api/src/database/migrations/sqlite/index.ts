import { TheDesk1795305600000 } from './1795305600000-the-desk';
import { Mail1795651200000 } from './1795651200000-mail';
import { Maintenance1796169600000 } from './1796169600000-maintenance';
import { Erasure1796256000000 } from './1796256000000-erasure';

/** In the order in which they run. PostgreSQL's folder has the same names. */
export const SQLITE_MIGRATIONS = [
  TheDesk1795305600000,
  Mail1795651200000,
  Maintenance1796169600000,
  Erasure1796256000000,
];
