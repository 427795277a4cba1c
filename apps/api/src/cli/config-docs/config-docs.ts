import { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilities } from './capabilities';
import { renderExample, renderReference } from './render';

export function configDocsCommand(): Command {
  return new Command('config:docs')
    .description('write what can be configured, from the schemas that parse it')
    .requiredOption('--out <folder>', 'where configuration.md and env.example go')
    .action(({ out }: { out: string }) => {
      const all = capabilities();
      writeFileSync(join(out, 'configuration.md'), renderReference(all));
      writeFileSync(join(out, 'env.example'), renderExample(all));
    });
}
