import { provideHttpClient, withInterceptors } from '@angular/common/http';
import {
  type ApplicationConfig,
  provideBrowserGlobalErrorListeners,
  provideZonelessChangeDetection,
} from '@angular/core';
import { MAT_RIPPLE_GLOBAL_OPTIONS } from '@angular/material/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { routes } from './app.routes';
import { authInterceptor } from './session/auth.interceptor';
import { CLIENT_CONFIG, type ClientConfig } from './shared/config/client-config';
import { apiAddressInterceptor } from './shared/http/api-address.interceptor';
import { maintenanceInterceptor } from './shared/http/maintenance.interceptor';
import { openAnew } from './shell/open-anew';
import { PageTitle } from './shell/page-title';

/** HttpClient stays on XMLHttpRequest: uploads show their progress, which fetch cannot. */
export const appConfig = (config: ClientConfig): ApplicationConfig => ({
  providers: [
    { provide: CLIENT_CONFIG, useValue: config },
    provideZonelessChangeDetection(),
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([maintenanceInterceptor, authInterceptor, apiAddressInterceptor])),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled' }),
      withNavigationErrorHandler(openAnew),
    ),
    { provide: TitleStrategy, useClass: PageTitle },
    { provide: MAT_RIPPLE_GLOBAL_OPTIONS, useValue: { disabled: true } },
  ],
});
