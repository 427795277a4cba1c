import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEPLOY } from '../lib/paths';
import { costedDesks } from './desks';
import { report } from './report';

const text = report(costedDesks());
writeFileSync(join(DEPLOY, '../docs/cost.md'), text);
process.stdout.write(text);
