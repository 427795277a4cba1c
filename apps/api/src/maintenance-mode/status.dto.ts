import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

export const maintenanceShape = z
  .object({
    since: z.iso.datetime(),
    until: z.iso.datetime().nullable().describe('When it is meant to be over, if that is known'),
    message: z.string().nullable().describe('What the operator says to users'),
  })
  .meta({ id: 'Maintenance' });

export class StatusDto extends createZodDto(
  z.object({
    maintenance: maintenanceShape
      .nullable()
      .describe('While it is there, reading goes on and writes are answered with 503'),
  }),
) {}
