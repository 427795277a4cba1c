import { describeMailKills } from './mail-kill-rounds';

describeMailKills(8);
