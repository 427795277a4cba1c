import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const TEMPLATES = join(import.meta.dirname, 'templates');

/**
 * `{{NAME}}` becomes its value; lines between `{{#if NAME=value}}` and `{{/if}}`, each on a line of its own, stay when it is so.
 * @param {string} template
 * @param {Record<string, string>} variables
 */
export function fill(template, variables) {
  const valueOf = (name) => {
    if (!(name in variables)) throw new Error(`{{${name}}} is no variable`);
    return variables[name];
  };
  /** Whether each of the conditions that are open here holds. */
  const open = [];
  const lines = template.split('\n').filter((line) => {
    const [, name, value] = /^\s*\{\{#if (\w+)=(\w+)\}\}$/.exec(line) ?? [];
    if (name !== undefined) open.push(valueOf(name) === value);
    else if (/^\s*\{\{\/if\}\}$/.test(line)) {
      if (open.pop() === undefined) throw new Error('{{/if}} without an {{#if}}');
    } else return open.every(Boolean);
    return false;
  });
  if (open.length > 0) throw new Error('{{#if}} without its {{/if}}');
  return lines.join('\n').replace(/\{\{(.*?)\}\}/g, (_, name) => valueOf(name));
}

/** @returns {{ path: string, text: string, mode: number }[]} paths without the first slash */
export function renderAll(variables) {
  return readdirSync(TEMPLATES, { recursive: true })
    .map((path) => join(TEMPLATES, path))
    .filter((file) => statSync(file).isFile())
    .sort()
    .map((file) => {
      const path = relative(TEMPLATES, file);
      try {
        return { path, ...textAndMode(fill(readFileSync(file, 'utf8'), variables)) };
      } catch (error) {
        throw new Error(`${path}: ${error.message}`);
      }
    });
}

/** A script is one whatever an archive made of its rights. */
const textAndMode = (text) => ({ text, mode: text.startsWith('#!') ? 0o755 : 0o644 });
