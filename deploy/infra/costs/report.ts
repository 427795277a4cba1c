import { type Line, dollarsOf, totalOf } from './bill';
import { AS_OF } from './prices';
import type { Usage } from './usage';

export interface Costed {
  readonly title: string;
  readonly usage: Usage;
  readonly lines: readonly Line[];
}

const dollars = (value: number): string => value.toFixed(2);
const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });

/** docs/cost.md. */
export function report(desks: readonly Costed[]): string {
  return `# What it costs

Made by \`npm run costs\` in \`deploy/infra\` from the synthesised templates; a test fails where the two differ. A resource that nobody
has said the price of fails it too.

**The prices were not read off AWS's pages.** They are list prices of us-east-1 as they were known when this was written (${AS_OF}), on a
machine that could not ask; nobody has checked them since, and nobody has seen a bill of this stack. Before you decide, compare them
with the page that each line names, or put the quantities into https://calculator.aws; they stand in \`deploy/infra/costs/prices.ts\`.

Dollars a month, without taxes; other regions ask more. **List** counts every unit. **Always free** takes off what every account has
free for ever, from the same source; what new accounts get besides is not counted.

| profile | a month | list | always free |
| --- | --- | ---: | ---: |
${desks.map(summary).join('\n')}

${desks.map(section).join('\n\n')}

## What is not in it

The name of the domain itself, support by people, snapshots of RDS beyond the size of the database, traffic between zones (a cent
for a GB and direction), and machines beyond the least number. A t3 that is busy beyond its credits goes on and costs 5 cents
for an hour of a processor: at 100 % of both all month that is some 66 dollars, of which the alarm of the processor tells after ten
minutes, and the budget, by forecast and when it is passed. What is kept when the stack goes goes on costing: the volume, buckets, secrets.
`;
}

function summary({ title, usage, lines }: Costed): string {
  return `| ${title} | ${usage.what} | ${dollars(totalOf(lines, 'none'))} | ${dollars(totalOf(lines, 'always-free'))} |`;
}

function section({ title, lines }: Costed): string {
  const rows = lines.map((line) => {
    const { what, quantity, price } = line;
    const cost = [dollarsOf(line, 'none'), dollarsOf(line, 'always-free')].map(dollars).join(' | ');
    return `| ${what} | ${number(quantity)} × ${price.dollars} for ${article(price.per)} | ${cost} | ${price.page} |`;
  });
  const total = `| **together** | | **${dollars(totalOf(lines, 'none'))}** | **${dollars(totalOf(lines, 'always-free'))}** | |`;
  return [
    `## ${title}`,
    '',
    '| what | how much | list | always free | aws.amazon.com/ |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows,
    total,
  ].join('\n');
}

const article = (unit: string): string =>
  /^\d/.test(unit) ? unit : unit === 'hour' || unit === 'alarm' ? `an ${unit}` : `a ${unit}`;
