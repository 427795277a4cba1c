import { bootstrapApplication } from '@angular/platform-browser';
import { appConfig } from './app/app.config';
import { App } from './app/app';
import { loadClientConfig } from './app/shared/config/load-client-config';

void loadClientConfig().then((config) => {
  document.title = config.name;
  return bootstrapApplication(App, appConfig(config));
});
