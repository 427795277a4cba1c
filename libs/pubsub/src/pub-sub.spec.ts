import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { PubSub, pubSubConfig, PubSubModule } from './index';
import { MemoryPubSub } from './memory.pub-sub';
import { describePubSub } from './pub-sub.contract';

const NO_REDIS = { host: 'nowhere.invalid', port: 6379, tls: false, keyPrefix: '' };

beforeAll(() => Logger.overrideLogger(false));

describePubSub('MemoryPubSub', async () => ({ pubSub: new MemoryPubSub(200), kept: 200 }));

describe('events without a store', () => {
  it('are unknown to the next process', async () => {
    const [before, after] = [new MemoryPubSub(200), new MemoryPubSub(200)];
    before.publish({ n: 1 });
    after.publish({ n: 1 });
    const id = before.latestId() as string;
    expect(id === after.latestId() ? undefined : await after.since(id)).toBeUndefined();
  });

  it('are what the module gives unless told otherwise, to the whole application', async () => {
    const module = await Test.createTestingModule({
      imports: [PubSubModule.register(pubSubConfig.parse({ PUBSUB: 'memory' }), NO_REDIS)],
    }).compile();
    expect(module.get(PubSub)).toBeInstanceOf(MemoryPubSub);
    expect(Object.keys(require.cache).filter((path) => path.includes('ioredis'))).toEqual([]);
  });
});
