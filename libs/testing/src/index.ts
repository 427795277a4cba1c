export { aCompoundFile, anOfficeFile, aZip, sampleFiles, type CompoundFileOptions } from './sample-files';
export { AwsError, type AwsCall, type AwsFault, AwsJsonServer } from './aws-json/aws-json.server';
export { CloudWatchLogsServer } from './aws-json/cloudwatch-logs.server';
export { SecretsManagerServer } from './aws-json/secrets-manager.server';
export * from './s3';
