/** What the operator sees: one line a step with its time, one clear line when a step cannot go on. */

/** A failure the operator can act on: its message is all that is printed. */
export class Stop extends Error {}

/** What a command answers to a program is alone on its standard output. */
const output = process.argv.includes('--json') ? process.stderr : process.stdout;
const live = output.isTTY && process.env.CI !== 'true';
const HEARTBEAT_MS = live ? 500 : 15_000;

export function say(line) {
  output.write(`${line}\n`);
}

/** @param {number} ms @returns {string} `0.4 s`, `12 s`, `3 min 20 s` */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Runs one step and says so: a line that counts on a terminal, a line now and then where output goes to a file.
 * @template T
 * @param {string} label what is being done, as in "Installing packages"
 * @param {(progress: (text: string) => void) => Promise<T>} work `progress` takes the newest detail
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const began = performance.now();
  let detail = '';
  const line = () => `  ${label}${detail && ` (${detail})`} … ${duration(performance.now() - began)}`;
  const show = () => output.write(live ? `\r\x1b[2K${line()}` : `${line()}\n`);
  if (live) show();
  else say(`  ${label} …`);
  const timer = setInterval(show, HEARTBEAT_MS);
  const end = (mark) => {
    clearInterval(timer);
    output.write(`${live ? '\r\x1b[2K' : ''}${mark} ${label} (${duration(performance.now() - began)})\n`);
  };
  try {
    const result = await work((text) => {
      detail = text;
    });
    end('✓');
    return result;
  } catch (error) {
    end('✗');
    throw error;
  }
}

/** The body of a command: a Stop becomes its one line and exit code 1, anything else is a defect and keeps its stack. */
export async function command(work) {
  try {
    process.exitCode = (await work()) ?? process.exitCode ?? 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Stop ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
