import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { toIso } from '../common/clock';
import { limitSchema, nextCursorSchema } from '../common/page.dto';
import { LANGUAGES, ROLES, User } from './user.entity';

export const nameSchema = z
  .string()
  .trim()
  .min(1, 'A name is needed')
  .max(120, 'A name has at most 120 characters')
  .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), 'A name has no control characters and no half ones');

export const userShape = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    language: z.enum(LANGUAGES).nullable().describe('Of mail; null where nobody has said: English'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' });

export class UserDto extends createZodDto(userShape.extend({})) {}

export class AdminUserDto extends createZodDto(userShape.extend({ disabled: z.boolean() })) {}

/** As those at the desk see somebody. */
export class DeskUserDto extends createZodDto(
  userShape.extend({ disabled: z.boolean().optional().describe('For admins') }),
) {}

export class UserPageDto extends createZodDto(
  z.object({
    items: z.array(userShape.extend({ disabled: z.boolean() })),
    nextCursor: nextCursorSchema,
  }),
) {}

/** Somebody as others see them in a conversation. */
export const personShape = z
  .object({ id: z.uuid(), name: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'Person' });

export class AgentListDto extends createZodDto(z.object({ items: z.array(personShape) })) {}

export class UserQueryDto extends createZodDto(
  z.strictObject({
    role: z.enum(ROLES).optional(),
    q: z.string().max(200).optional(),
    limit: limitSchema,
    cursor: z.string().min(1).max(500).optional(),
  }),
) {}

export class UserChangeDto extends createZodDto(
  z
    .strictObject({ role: z.enum(ROLES).optional(), disabled: z.boolean().optional() })
    .refine((change) => Object.keys(change).length > 0, 'Nothing to change'),
) {}

/** What people change of themselves. */
export class ChangeMyselfDto extends createZodDto(
  z.strictObject({ language: z.enum(LANGUAGES).nullable().describe('Of mail; null: English') }),
) {}

export type UserRow = Pick<User, 'id' | 'email' | 'name' | 'role' | 'language' | 'createdAt' | 'disabledAt'>;

export function toUserView(user: UserRow): UserDto {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    language: user.language,
    createdAt: toIso(user.createdAt),
  };
}

export function toAdminUserView(user: UserRow): AdminUserDto {
  return { ...toUserView(user), disabled: user.disabledAt !== null };
}
