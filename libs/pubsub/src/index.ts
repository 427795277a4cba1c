export { PubSub } from './pub-sub';
export type { Message, PublishOptions, Subscriber } from './pub-sub';
export { pubSubConfig } from './pub-sub.config';
export type { PubSubConfig } from './pub-sub.config';
export { PubSubModule } from './pub-sub.module';
export type { RedisConnection } from './redis.connection';
