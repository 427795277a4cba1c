import { describeKills } from './kill-rounds';

describeKills(20);
