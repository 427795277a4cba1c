import type { z } from 'zod';
import type { Variable } from './variables';

/** What zod says where a schema says nothing of its own, in the words of a parser. */
const OF_ZOD = /^Invalid (?:input|option|discriminator value)\b/;

/** One line for the operator: the variable, and what was expected of it. No value is in it. */
export function problemLine(issue: z.core.$ZodIssue, variables: ReadonlyMap<string, Variable>): string {
  const name = issue.path.join('.');
  const variable = variables.get(name);
  if (!variable || !OF_ZOD.test(issue.message)) return `${name}: ${issue.message}`;
  if (!issue.message.endsWith('received undefined')) return `${name}: expected ${expectedOf(variable)}`;
  const example = variable.example === null ? '' : `, such as ${variable.example}`;
  return `${name}: not set. ${variable.description}${example}`;
}

const expectedOf = ({ type }: Variable): string => (/number/.test(type) ? `a ${type}` : type);
