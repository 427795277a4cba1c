import { Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DeskStack } from './desk-stack';
import { namesOf } from './names';
import { readSettings } from './settings';

/**
 * The desk that the app's context describes, looked over by cdk-nag at each synthesis: what it finds and nobody has accepted
 * with a reason ends it. It knows neither account nor region, so it asks nobody anything.
 * @throws SettingsError
 */
export function addDesk(app: App): DeskStack {
  const settings = readSettings(app.node);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return new DeskStack(app, 'Desk', { stackName: namesOf(settings).stack, settings });
}
