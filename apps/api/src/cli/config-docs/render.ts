import type { Variable } from '../../config/variables';
import { type Capability, defaultOf, type ShownVariable } from './capabilities';

const WIDTH = 118;

/** `docs/configuration.md`. */
export function renderReference(capabilities: readonly Capability[]): string {
  const parts = capabilities.map(({ title, variables }) => {
    const rows = variables.map(referenceRow);
    const header = ['| name | type | default | what for | example |', '|---|---|---|---|---|'];
    return `## ${title}\n\n${[...header, ...rows].join('\n')}\n`;
  });
  return `${REFERENCE_HEAD}\n${parts.join('\n')}`;
}

/** `.env.example`: every variable, out of use, with its default or an example. */
export function renderExample(capabilities: readonly Capability[]): string {
  const parts = capabilities.map(({ title, variables }) => {
    const entries = variables.map(exampleEntry);
    return `# ===== ${title} =====\n\n${entries.join('\n')}`;
  });
  return `${EXAMPLE_HEAD}\n${parts.join('\n')}`;
}

const REFERENCE_HEAD = `# Configuration

Made by \`npm run config:docs\` from the schemas that parse it; CI fails where the two differ.

Liftdesk reads the variables of the process over those of \`.env.<NODE_ENV>\` in the folder it is started in. \`NAME=\` is
the same as no \`NAME\`; in the process it also takes the file's value away. With \`SECRETS_PROVIDER=aws\` the values of the
secret come before both, but for \`NODE_ENV\`, \`PLATFORM\`, \`SECRETS_…\` and \`AWS_…\`, which a secret cannot set. What is wrong
or missing is listed at once, by name and never by value, and the process ends with exit code 1.

Durations are written \`500ms\`, \`30s\`, \`15m\`, \`12h\`, \`7d\`, or as a number of seconds. A variable marked 🔒 is a secret: it
belongs into the secret store or the environment of the process, never into a file of the repository.
`;

const EXAMPLE_HEAD = `# Every variable of Liftdesk, made by \`npm run config:docs\` from the schemas that parse it. docs/configuration.md has the
# same as a table. Copy what you need to .env.development, .env.staging or .env.production; no secret belongs there.
`;

function referenceRow(variable: ShownVariable): string {
  const { condition } = variable;
  const cells = [
    `\`${variable.name}\`${variable.secret ? ' 🔒' : ''}`,
    variable.type,
    defaultOf(variable) ?? (variable.optional ? '' : '**required**'),
    condition === '' ? variable.description : `${variable.description} (\`${condition}\`)`,
    exampleOf(variable) === '' ? '' : `\`${exampleOf(variable)}\``,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function exampleEntry(variable: ShownVariable): string {
  const { condition } = variable;
  const facts = [
    variable.description,
    variable.type,
    condition && `only with ${condition}`,
    variable.secret && 'secret',
    !variable.optional && !defaultOf(variable) && 'required',
  ].filter(Boolean);
  const lines = wrap(facts.join('; ')).map((line) => `# ${line}`);
  return `${lines.join('\n')}\n#${variable.name}=${variable.secret ? '' : exampleOf(variable)}\n`;
}

/** Empty where none is known: a secret, or a variable that lacks one. */
export const exampleOf = ({ example, byDefault, type }: Variable): string =>
  example ?? byDefault ?? (type.includes(' or ') ? (type.split(' or ')[0] as string) : '');

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line !== '' && line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
