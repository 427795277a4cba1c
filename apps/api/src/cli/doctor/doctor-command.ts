import { Command, InvalidArgumentError } from 'commander';
import { readEnvironment } from '../../config/environment';
import { CHECK_NAMES } from './checks';
import { runDoctor } from './doctor';

interface Options {
  url?: URL;
  skip: string[];
  only: string[];
  json: boolean;
}

const names = (value: string): string[] => {
  const list = value.split(',').map((name) => name.trim());
  const unknown = list.filter((name) => !CHECK_NAMES.includes(name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There are: ${CHECK_NAMES.join(', ')}`);
  return list;
};

const address = (value: string): URL => {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    throw new InvalidArgumentError('Expected an address such as https://desk.example.com');
  return new URL(value);
};

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check this deployment as it is configured, by real round trips; it leaves nothing behind')
    .option(
      '--url <address>',
      'where clients reach it; the API’s own port on this machine unless given',
      address,
    )
    .option('--skip <names>', 'checks to leave out, separated by commas', names, [])
    .option('--only <names>', 'the only checks to make', names, [])
    .option('--json', 'the findings as JSON', false)
    .action(run);
}

async function run({ json, url, skip, only }: Options): Promise<void> {
  const result = await runDoctor(readEnvironment(), {
    ...(url !== undefined && { url }),
    skip,
    only,
    json,
    colour: process.stdout.isTTY === true && process.stdout.getColorDepth() > 1,
  });
  // What hangs must not keep the command from ending.
  process.stdout.write(result.text, () => process.exit(result.healthy ? 0 : 1));
}
