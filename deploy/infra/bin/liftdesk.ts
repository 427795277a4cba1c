import { App } from 'aws-cdk-lib';
import { addDesk } from '../lib/app';
import { SettingsError } from '../lib/settings';

try {
  addDesk(new App());
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\nWhat each of them is: deploy/infra/README.md\n`);
  process.exitCode = 2;
}
