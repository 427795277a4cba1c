import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SecretStore } from './secret-store';

/** Gives the open store to the whole application, and closes it at the end. It was opened before, for the config. */
@Module({})
export class SecretsModule implements OnApplicationShutdown {
  constructor(@Inject(SecretStore) private readonly store: SecretStore) {}

  static register(store: SecretStore): DynamicModule {
    return {
      module: SecretsModule,
      global: true,
      providers: [{ provide: SecretStore, useValue: store }],
      exports: [SecretStore],
    };
  }

  onApplicationShutdown(): void {
    this.store.close();
  }
}
