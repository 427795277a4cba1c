import { Command } from 'commander';

export function openApiCommand(): Command {
  return new Command('openapi')
    .description('write the OpenAPI document of this build')
    .requiredOption('--out <file>')
    .action(async ({ out }: { out: string }) => {
      // The whole application: other commands go without its 30 MB.
      const { writeOpenApi } = await import('./write-openapi');
      await writeOpenApi(out);
    });
}
