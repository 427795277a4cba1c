import { parseConfig } from '../../config/config';
import { type Arrival, nextSteps } from './next-step';
import type { Side } from './side';

const SECRET = 'thirty-two characters, and some more of them';
const side = (name: string, env: Record<string, string>): Side => {
  const all = { JWT_SECRET: SECRET, NODE_ENV: 'development', ...env };
  return { name, folder: '/opt/liftdesk', env: all, config: parseConfig(all) };
};

const LAPTOP = side('here', { DATABASE_PATH: '/home/ana/database.sqlite', UPLOAD_DIR: '/home/ana/uploads' });
const PRODUCTION = side('.env.production', {
  NODE_ENV: 'production',
  PLATFORM: 'aws',
  DATABASE_URL: 'postgres://desk:secret-word@db.example.com/desk',
  AWS_REGION: 'eu-west-1',
  S3_ATTACHMENTS_BUCKET: 'files',
  FRONTEND_URL: 'https://desk.example.com',
  FROM_EMAIL: 'support@example.com',
  REDIS_HOST: 'redis.example.com',
  SES_REGION: 'eu-west-1',
  INSTANCE_ID: 'one',
});
const NOTHING_ELSE = { missing: 0, takesWrites: false, mask: false, bringsRows: true, bringsFiles: true };
const LIFT: Arrival = {
  ...NOTHING_ELSE,
  direction: 'lift',
  from: LAPTOP,
  to: PRODUCTION,
  file: '.env.production',
};
const LAND: Arrival = {
  ...NOTHING_ELSE,
  direction: 'land',
  from: PRODUCTION,
  to: LAPTOP,
  file: '.env.production',
};

describe('The next steps', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });
  const text = (arrival: Arrival): string => nextSteps(arrival).join('\n');

  it('of a lift to production say what to set where, what to start, and how to return', () => {
    process.env['THERE_DATABASE_URL'] = 'postgres://desk:secret-word@db.example.com/desk';
    const said = text(LIFT);
    expect(said).toMatchInlineSnapshot(`
      "The desk is at postgres://desk@db.example.com:5432/desk and s3://files/.
      What it came from (sqlite:/home/ana/database.sqlite and local:/home/ana/uploads) is as it was. It is in maintenance: people read there, and nothing is written.

      Next:
        1. Where it is to run: put .env.production into the folder of Liftdesk, and set NODE_ENV=production, DATABASE_URL in the environment of the server (what THERE_… had here).
           Under PM2 export them in the shell that starts it; under systemd they stand in the EnvironmentFile of the unit.
           What the secret prod/support-ticket/api holds comes from there.
        2. Stop the old server, if the new one runs on the same machine (both want port 5000); else let people read there a while yet.
        3. Start the new one:
           PM2: NODE_ENV=production pm2 start ecosystem.config.js --update-env
           systemd: sudo systemctl restart <the unit of Liftdesk>
        4. Look at it: NODE_ENV=production npm run doctor -- --url https://desk.example.com
        5. Sign in: sessions did not come along, everybody signs in once. Numbers of tickets go on where they were.
        6. If it is another machine: let desk.example.com point there, and stop the old server when nobody reads there.

      To return:
        As long as nobody has written at the new place: stop the server there, start the old one where it was stopped, and
        let it take writes, here: npm run maintenance -- off
        Later, with all that was written since: npm run land -- --from .env.production, with DATABASE_PATH naming a file that is not there yet, and THERE_DATABASE_URL as now.

      Nothing was deleted at the source; remove it yourself when you need it no more."
    `);
    expect(said).not.toMatch(/secret-word|thirty-two/);
  });

  it('of a landing say to start here, and that the way there and back needs empty databases', () =>
    expect(text(LAND)).toMatchInlineSnapshot(`
      "The desk is at sqlite:/home/ana/database.sqlite and local:/home/ana/uploads.
      What it came from (postgres://desk@db.example.com:5432/desk and s3://files/) is as it was. It is in maintenance: people read there, and nothing is written.

      Next:
        1. Nothing need be set here but what this command had: NODE_ENV=development, sqlite:/home/ana/database.sqlite and local:/home/ana/uploads.
        2. Stop the server that runs here, if one does; where the desk was, let people read a while yet.
        3. Start the new one:
           npm start
        4. Look at it: npm run doctor -- --url http://localhost:5000
        5. Sign in: sessions did not come along, everybody signs in once. Numbers of tickets go on where they were.

      To return:
        As long as nobody has written at the new place: stop the server there, start the old one where it was stopped, and
        let it take writes, in the place of .env.production: NODE_ENV=production npm run maintenance -- off
        Later, with all that was written since: npm run lift -- --to .env.production, with THERE_DATABASE_URL naming an empty database.

      Nothing was deleted at the source; remove it yourself when you need it no more."
    `));

  it('of a masked copy say who can sign in, and nothing of returning', () => {
    const said = text({ ...LAND, mask: true, bringsFiles: false, takesWrites: true });
    expect(said).toMatchInlineSnapshot(`
      "The masked desk is at sqlite:/home/ana/database.sqlite and local:/home/ana/uploads.
      What it came from (postgres://desk@db.example.com:5432/desk and s3://files/) is as it was. It takes writes.

      Next:
        1. Nothing need be set here but what this command had: NODE_ENV=development, sqlite:/home/ana/database.sqlite and local:/home/ana/uploads.
        2. Start it:
           npm start
        3. Names and texts are invented, files were left behind, and nobody has a password. Make somebody who signs in:
           npm run user:create -- --role admin --email <address> --name <name>

      Nothing was deleted at the source; remove it yourself when you need it no more."
    `);
  });

  it('where the database is the same say to switch writing on again', () => {
    const said = text({ ...LIFT, bringsRows: false });
    expect(said).toContain(
      'Let it take writes: both places have one database. NODE_ENV=production npm run maintenance -- off',
    );
    expect(said).toContain(
      'bring back the files that came meanwhile (npm run land -- --from .env.production)',
    );
    expect(said).not.toContain('signs in once');
  });

  it('tell of files that were lost before', () =>
    expect(text({ ...LIFT, missing: 2 })).toContain(
      '2 files had been lost there before, and are missing here too',
    ));

  it('name the file as its server wants it', () => {
    const to = { ...PRODUCTION, name: 'aws.env' };
    expect(text({ ...LIFT, to, file: 'aws.env' })).toContain(
      'put aws.env, called .env.production there, into',
    );
  });
});
