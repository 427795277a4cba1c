import { describeKills } from './kill-rounds';

describeKills(20);
describeKills(10, 'S3');
