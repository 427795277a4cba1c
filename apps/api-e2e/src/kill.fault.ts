import { describeKills } from './kill-rounds';

describeKills(20);
// Each place of an upload to S3 has a kill of its own in uploads-to-s3.fault.ts.
describeKills(5, 'S3');
