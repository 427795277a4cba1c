import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

/** How many rows of a list are asked for. */
export const limitSchema = z
  .string()
  .regex(/^\d{1,3}$/, 'expected a whole number')
  .default('25')
  .transform(Number)
  .pipe(z.number().int().min(1).max(100));

/** Where the next page begins; null on the last one. (A minimum, or swagger takes the nullable string for an array.) */
export const nextCursorSchema = z.string().min(1).nullable();

/** Query of a list that has nothing to filter by. */
export class PageQueryDto extends createZodDto(
  z.strictObject({ limit: limitSchema, cursor: z.string().min(1).max(500).optional() }),
) {}

/** A query parameter that may be given several times or as one list with commas. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => {
    if (value === undefined) return undefined;
    return (Array.isArray(value) ? value : [value])
      .flatMap((part) => String(part).split(','))
      .filter(Boolean);
  }, z.array(item).min(1, 'Give a value, or leave the parameter out').max(50).optional());
