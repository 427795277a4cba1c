import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { emailSchema } from '../users/email';
import { nameSchema, userShape } from '../users/user.dto';
import { ROLES } from '../users/user.entity';
import { newPasswordSchema, presentPasswordSchema } from './password';

const emailToCompare = z.string().trim().min(1, 'An e-mail address is needed').max(254);

export class RegisterDto extends createZodDto(
  z.strictObject({ email: emailSchema, password: newPasswordSchema, name: nameSchema }),
) {}

export class LoginDto extends createZodDto(
  z.strictObject({ email: emailToCompare, password: presentPasswordSchema }),
) {}

export class ForgotPasswordDto extends createZodDto(z.strictObject({ email: emailToCompare })) {}

export class ResetPasswordDto extends createZodDto(
  z.strictObject({ token: z.string().min(1).max(200), password: newPasswordSchema }),
) {}

export class ChangePasswordDto extends createZodDto(
  z.strictObject({ currentPassword: presentPasswordSchema, newPassword: newPasswordSchema }),
) {}

export class SetupDto extends createZodDto(
  z.strictObject({
    token: z.string().min(1).max(200),
    email: emailSchema,
    password: newPasswordSchema,
    name: nameSchema,
  }),
) {}

export class SignedInDto extends createZodDto(
  z.object({
    accessToken: z.string().describe('For the Authorization header, as Bearer'),
    expiresIn: z.number().int().describe('Seconds'),
    user: userShape,
  }),
) {}

export class AuthSessionListDto extends createZodDto(
  z.object({
    items: z.array(
      z
        .object({
          id: z.uuid(),
          createdAt: z.iso.datetime(),
          lastUsedAt: z.iso.datetime(),
          expiresAt: z.iso.datetime(),
          userAgent: z.string(),
          current: z.boolean().describe('The session of this request'),
        })
        .meta({ id: 'AuthSession' }),
    ),
  }),
) {}

export class AuthOptionsDto extends createZodDto(
  z.object({
    version: z.string(),
    demoAccounts: z
      .array(z.object({ email: z.string(), password: z.string(), name: z.string(), role: z.enum(ROLES) }))
      .describe('Only in development'),
    resetLinks: z
      .enum(['mail', 'terminal', 'none'])
      .describe(
        'Where the link to a new password goes: by mail, to the terminal of the server, in development, or nowhere',
      ),
    setupRequired: z.boolean().describe('Nobody can sign in yet: the first admin comes by the set-up link'),
  }),
) {}
