import { type DynamicModule, Module } from '@nestjs/common';
import { MemoryPubSub } from './memory.pub-sub';
import { PubSub } from './pub-sub';
import type { PubSubConfig } from './pub-sub.config';
import type { RedisConnection } from './redis.connection';

/** Gives PubSub to the whole application. */
@Module({})
export class PubSubModule {
  /** @param redis where it is; used with PUBSUB=redis only. */
  static register(config: PubSubConfig, redis: RedisConnection): DynamicModule {
    return {
      module: PubSubModule,
      global: true,
      providers: [{ provide: PubSub, useFactory: () => openPubSub(config, redis) }],
      exports: [PubSub],
    };
  }
}

async function openPubSub(config: PubSubConfig, redis: RedisConnection): Promise<PubSub> {
  switch (config.PUBSUB) {
    case 'memory':
      return new MemoryPubSub(config.PUBSUB_HISTORY);
    case 'redis': {
      // A laptop never loads the client of Redis.
      const { RedisPubSub } = await import('./redis.pub-sub');
      return RedisPubSub.open(redis, config.PUBSUB_HISTORY);
    }
  }
}
