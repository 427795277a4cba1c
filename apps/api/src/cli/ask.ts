import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { StartupError } from '../common/startup-error';

/** What is asked for each field, in this order; a password is typed unseen. */
export type Questions<Field extends string> = Readonly<Record<Field, string>>;

/**
 * Asks on the terminal for what is missing and checks the whole.
 * @throws StartupError where something is wrong, or missing without a terminal
 */
export async function askFor<Field extends string, Answers>(
  questions: Questions<Field>,
  given: Partial<Record<Field, string>>,
  schema: z.ZodType<Answers>,
): Promise<Answers> {
  const fields = Object.keys(questions) as Field[];
  const missing = fields.filter((field) => given[field] === undefined);
  if (missing.length > 0 && !process.stdin.isTTY)
    throw new StartupError(`Missing: ${missing.map((field) => `--${field}`).join(', ')}`);
  const asked = missing.length > 0 ? await ask(questions, missing) : {};
  const answers = schema.safeParse({ ...given, ...asked });
  if (answers.success) return answers.data;
  const problems = answers.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new StartupError(problems.join('\n'));
}

async function ask<Field extends string>(questions: Questions<Field>, fields: Field[]) {
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) process.stdout.write(chunk);
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  const answers: Partial<Record<Field, string>> = {};
  for (const field of fields) {
    const question = `${questions[field]}: `;
    muted = field === 'password';
    if (muted) process.stdout.write(question);
    answers[field] = await prompt.question(muted ? '' : question);
    if (muted) process.stdout.write('\n');
    muted = false;
  }
  prompt.close();
  return answers;
}
