import type MarkdownParser from 'markdown-it';

type MarkdownIt = InstanceType<typeof MarkdownParser>;

/** Inline, for mail programs take nothing else. */
const STYLES: Readonly<Record<string, string>> = {
  paragraph_open: 'margin:0 0 10px',
  bullet_list_open: 'margin:0 0 10px;padding-left:22px',
  ordered_list_open: 'margin:0 0 10px;padding-left:22px',
  blockquote_open: 'margin:0 0 10px;padding-left:12px;border-left:2px solid #b9c2d0',
  table_open: 'border-collapse:collapse;margin:0 0 10px',
  th_open: 'padding:4px 8px;border:1px solid #c9d1dd;text-align:left',
  td_open: 'padding:4px 8px;border:1px solid #c9d1dd',
  heading_open: 'margin:0 0 8px;font-size:16px;line-height:1.35',
  link_open: 'color:#0a636d',
  hr: 'border:0;border-top:1px solid #c9d1dd;margin:12px 0',
};
const CODE =
  'font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#e6eaf1;border-radius:4px';

let parser: Promise<MarkdownIt> | undefined;

/** As the client renders it: no raw HTML, links to the web, mail and phones only; pictures become links, so none is fetched. */
export async function markdownAsHtml(text: string): Promise<string> {
  parser ??= createParser();
  return (await parser).render(text);
}

async function createParser(): Promise<MarkdownIt> {
  const { default: Parser } = await import('markdown-it');
  const markdown = new Parser({ html: false, linkify: true, breaks: true, typographer: false });
  markdown.validateLink = (url) => /^(https?:|mailto:|tel:)/i.test(url.trim());
  const { rules } = markdown.renderer;
  for (const [rule, style] of Object.entries(STYLES)) {
    rules[rule] = (tokens, index, options, _env, self) => {
      tokens[index]?.attrSet('style', style);
      if (rule === 'link_open') tokens[index]?.attrSet('rel', 'noopener nofollow');
      return self.renderToken(tokens, index, options);
    };
  }
  const escape = markdown.utils.escapeHtml;
  rules['code_inline'] = (tokens, index) =>
    `<code style="padding:1px 4px;${CODE}">${escape(tokens[index]?.content ?? '')}</code>`;
  rules['code_block'] = rules['fence'] = (tokens, index) =>
    `<pre style="margin:0 0 10px;padding:10px 12px;white-space:pre-wrap;${CODE}">${escape(tokens[index]?.content ?? '')}</pre>\n`;
  rules['image'] = (tokens, index) => {
    const token = tokens[index];
    const words = escape(token?.content || 'Picture');
    return `<a href="${escape(String(token?.attrGet('src') ?? ''))}" rel="noopener nofollow" style="${STYLES['link_open']}">${words}</a>`;
  };
  return markdown;
}
