import { DEMO_ACCOUNTS } from './auth/demo-accounts';
import type { Config } from './config/config';
import type { RunningServer } from './start';

/** What the operator reads when the server answers. For the terminal only: it may hold the set-up link. */
export function greeting(config: Config, { port, setupLink }: RunningServer): string {
  const address = config.http.FRONTEND_URL[0] ?? `http://localhost:${port}`;
  const lines = ['', `  Liftdesk is ready: ${address}`];
  if (config.app.NODE_ENV === 'development') {
    lines.push(
      '',
      '  Demo accounts:',
      ...DEMO_ACCOUNTS.map(
        ({ role, email, password }) => `    ${role.padEnd(9)} ${email.padEnd(20)} ${password}`,
      ),
    );
  }
  if (setupLink)
    lines.push('', '  Nobody works here yet. Make the first admin, once, at', `    ${setupLink}`);
  return `${lines.join('\n')}\n\n`;
}
