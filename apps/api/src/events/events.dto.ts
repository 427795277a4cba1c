import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PRESENCE_STATES } from './desk-event';

export class PresenceDto extends createZodDto(z.strictObject({ state: z.enum(PRESENCE_STATES) })) {}
