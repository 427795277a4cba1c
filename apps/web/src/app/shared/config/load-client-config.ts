import { type ClientConfig, DEFAULT_CONFIG, toClientConfig } from './client-config';

const FILE = 'config.json';
/** A page that nothing comes to is worse than one that guesses. */
const PATIENCE_MS = 8_000;

/**
 * Asks what this deployment is, once, before anything is on the screen; index.html has begun to fetch it already.
 * Without a sane answer it is one origin with the defaults, and the console says so.
 */
export async function loadClientConfig(): Promise<ClientConfig> {
  try {
    const answer = await fetch(new URL(FILE, document.baseURI), { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`it was answered with ${answer.status}`);
    return toClientConfig(await answer.json());
  } catch (error) {
    // eslint-disable-next-line no-console -- there is nowhere else to say it: nothing is on the screen yet
    console.warn(`${FILE} could not be read, so the defaults hold.`, error);
    return DEFAULT_CONFIG;
  }
}
