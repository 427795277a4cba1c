import type { z } from 'zod';

/** What can be known of a schema's variable without parsing anything. */
export interface Variable {
  name: string;
  /** Such as `whole number`, `text`, `local or s3`. */
  type: string;
  /** As it would be written; null where there is none. */
  byDefault: string | null;
  /** The switch and its values under which the default holds; null for always, or never. */
  defaultWhen: Condition | null;
  /** False: parsing fails without it. */
  optional: boolean;
  description: string;
  example: string | null;
  /** Never written down with a value, and the secret store may hold it. */
  secret: boolean;
  /** The switch and its values under which the variable is read; null for always. */
  when: Condition | null;
}

/** A switch, and its values for which something holds. */
export interface Condition {
  switch: string;
  values: string[];
}

/** What a lib's schema may say by `.meta(..)` beside its description. */
interface Meta {
  description?: string | undefined;
  /** Where a text has a form of its own. */
  type?: string;
  example?: string;
  secret?: boolean;
}

/** zod's own account of a schema, as far as it is read here. */
interface Definition {
  type: string;
  innerType?: Schema;
  in?: Schema;
  out?: Schema;
  options?: Schema[];
  discriminator?: string;
  shape?: Record<string, Schema>;
  defaultValue?: unknown;
  entries?: Record<string, string>;
  values?: unknown[];
  checks?: { _zod: { def: { check: string; format?: string } } }[];
}

interface Schema {
  _zod: { def: Definition };
  meta(): Meta | undefined;
}

/**
 * The environment variables that a config schema reads: an object, or a union by a switch, however they are wrapped.
 * @throws Error for a variable without a description: it would be one that nobody can find out about
 */
export function variablesOf(schema: z.ZodType): Variable[] {
  const found = new Map<string, Variable>();
  for (const { shape, when } of objectsOf(schema as unknown as Schema)) {
    for (const [name, field] of Object.entries(shape)) {
      const variable = describe(name, field, when?.switch === name ? null : when);
      const known = found.get(name);
      found.set(name, known ? merge(known, variable) : variable);
    }
  }
  const undescribed = [...found.values()].find(({ description }) => description === '');
  if (undescribed) throw new Error(`${undescribed.name} has no description`);
  return [...found.values()];
}

interface FoundObject {
  shape: Record<string, Schema>;
  when: Condition | null;
}

function objectsOf(schema: Schema, when: Condition | null = null): FoundObject[] {
  const { def } = schema._zod;
  if (def.shape) return [{ shape: def.shape, when }];
  if (def.options) {
    return def.options.flatMap((option) => objectsOf(option, conditionOf(def.discriminator, option) ?? when));
  }
  return wrappedIn(def).flatMap((inner) => objectsOf(inner, when));
}

const wrappedIn = (def: Definition): Schema[] =>
  [def.innerType, def.in, def.out].filter((inner) => inner !== undefined);

function conditionOf(discriminator: string | undefined, option: Schema): Condition | null {
  if (discriminator === undefined) return null;
  const field = objectsOf(option)[0]?.shape[discriminator];
  return field ? { switch: discriminator, values: choicesOf(layersOf(field)) } : null;
}

/** A field and all it wraps, outermost first. */
function layersOf(field: Schema): Schema[] {
  return [field, ...wrappedIn(field._zod.def).flatMap(layersOf)];
}

function describe(name: string, field: Schema, when: Condition | null): Variable {
  const layers = layersOf(field);
  const meta = Object.assign({}, ...layers.toReversed().map((layer) => layer.meta() ?? {})) as Meta;
  const withDefault = layers.find((layer) => layer._zod.def.type === 'default');
  const byDefault = withDefault?._zod.def.defaultValue;
  return {
    name,
    type: meta.type ?? typeOf(layers),
    byDefault: byDefault === undefined || byDefault === '' ? null : String(byDefault),
    defaultWhen: byDefault === undefined || byDefault === '' ? null : when,
    optional: byDefault !== undefined || layers.some(({ _zod }) => _zod.def.type === 'optional'),
    description: meta.description ?? '',
    example: meta.example ?? null,
    secret: meta.secret ?? false,
    when,
  };
}

function choicesOf(layers: readonly Schema[]): string[] {
  return layers.flatMap(({ _zod: { def } }) => [
    ...(def.entries ? Object.values(def.entries) : []),
    ...(def.values ?? []).map(String),
  ]);
}

function typeOf(layers: readonly Schema[]): string {
  const choices = choicesOf(layers);
  if (choices.length > 0) return choices.join(' or ');
  const number = layers.find(({ _zod }) => _zod.def.type === 'number');
  if (!number) return 'text';
  const whole = number._zod.def.checks?.some(({ _zod }) => _zod.def.format?.endsWith('int') ?? false);
  return whole ? 'whole number' : 'number';
}

/** The same variable in two members of a union. */
function merge(one: Variable, other: Variable): Variable {
  const types = [...new Set([...one.type.split(' or '), ...other.type.split(' or ')])];
  return {
    ...one,
    type: types.join(' or '),
    description: one.description || other.description,
    byDefault: one.byDefault ?? other.byDefault,
    defaultWhen: joined(one.defaultWhen, other.defaultWhen),
    optional: one.optional && other.optional,
    example: one.example ?? other.example,
    secret: one.secret || other.secret,
    when: one.when && other.when ? joined(one.when, other.when) : null,
  };
}

const joined = (one: Condition | null, other: Condition | null): Condition | null =>
  one && other ? { switch: one.switch, values: [...one.values, ...other.values] } : (one ?? other);
