import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';

const SCHEMA = '#/components/schemas/';

/** The API's OpenAPI 3.1 document, from the code. */
export function createOpenApi(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Liftdesk')
    .setDescription(
      'Tickets, conversations and files of a help desk. Errors are application/problem+json (RFC 9457).',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, description, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  return withPlainNames(cleanupOpenApiDoc(document, { version: '3.1' }));
}

/** Schemas go by the names of what they describe: `Ticket`, not `TicketDto`, nor one of each. */
function withPlainNames(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const plain = (name: string): string => name.replace(/Dto(_Output)?$/, '');
  const named = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [plain(name), schema]));
  const renamed = JSON.stringify({
    ...document,
    components: { ...document.components, schemas: named },
  }).replaceAll(/"#\/components\/schemas\/(\w+)"/g, (_, name: string) => `"${SCHEMA}${plain(name)}"`);
  return JSON.parse(renamed) as OpenAPIObject;
}
