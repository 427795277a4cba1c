import type { Running } from './run';
import type { StandIn } from './stand-in';

/** systemd's own. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

/** A unit of systemd as it lies on a machine, and what systemd would run for it. */
export class Unit {
  private readonly settings = new Map<string, string[]>();

  constructor(
    private readonly machine: StandIn,
    readonly name: string,
  ) {
    const text = machine.read(`/etc/systemd/system/${name}`).replaceAll('\\\n', ' ');
    for (const line of text.split('\n')) {
      const [, setting, value] = /^(\w+)=(.*)$/.exec(line.trim()) ?? [];
      if (setting !== undefined) this.settings.set(setting, [...this.all(setting), value as string]);
    }
  }

  all(setting: string): string[] {
    return this.settings.get(setting) ?? [];
  }

  one(setting: string): string | undefined {
    return this.all(setting).at(-1);
  }

  /** What `systemctl start` runs. */
  start(): Running {
    return this.run('ExecStart');
  }

  stop(): Running {
    return this.run('ExecStop');
  }

  private run(setting: string): Running {
    const command = this.one(setting);
    if (command === undefined) throw new Error(`${this.name} has no ${setting}`);
    return this.machine.start(words(command.replace(/^[-@:+!]+/, '')), {
      as: this.one('User') ?? 'root',
      cwd: this.one('WorkingDirectory')?.replace(/^-/, '') ?? '/',
      env: { PATH, ...this.environment() },
    });
  }

  private environment(): Record<string, string> {
    const given = this.all('Environment').flatMap(words);
    const files = this.all('EnvironmentFile').flatMap((file) => this.linesOf(file));
    return Object.fromEntries(
      [...given, ...files].map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]),
    );
  }

  private linesOf(file: string): string[] {
    const isOptional = file.startsWith('-');
    try {
      const lines = this.machine.read(file.replace(/^-/, '')).split('\n');
      return lines.filter((line) => /^\w+=/.test(line)).map((line) => line.replace(/=(["'])(.*)\1$/, '=$2'));
    } catch (error) {
      if (isOptional) return [];
      throw error;
    }
  }
}

/** As systemd splits: at blanks, quotes keep together. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}
