import { CloudWatchLogsServer } from '@liftdesk/testing';
import { closeLogger, createLogger, loggingConfig, searchCloudWatch } from './index';

const GROUP = '/aws/ec2/support-ticket-api';

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

describe('a search in CloudWatch Logs', () => {
  it('finds a line of whichever stream by what stands in it, and not what is older than asked for', async () => {
    const server = await CloudWatchLogsServer.start(GROUP);
    try {
      const config = loggingConfig.parse({
        LOG_TRANSPORT: 'cloudwatch',
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: server.endpoint,
      });
      const logger = createLogger(config, { environment: 'test', terminal: false });
      logger.info({ message: 'request.finished', requestId: 'ab-1' });
      await closeLogger(logger);
      const place = { group: GROUP, region: 'eu-central-1', endpoint: server.endpoint };
      const search = (text: string, since = 0) =>
        searchCloudWatch(place, { text, since }, AbortSignal.timeout(600_000));
      expect(await search('ab-1')).toContain('request.finished');
      expect(await search('never written')).toBeNull();
      expect(await search('ab-1', Date.now() + 60_000)).toBeNull();
      const elsewhere = { ...place, group: '/another' };
      await expect(
        searchCloudWatch(elsewhere, { text: 'x', since: 0 }, AbortSignal.timeout(600_000)),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    } finally {
      await server.stop();
    }
  });
});
