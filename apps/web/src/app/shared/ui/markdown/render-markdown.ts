import MarkdownIt from 'markdown-it';

/** HTML in a message stays text; what the parser itself makes still goes through Angular's sanitiser. */
const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false });

parser.validateLink = (url) => /^(https?:|mailto:|tel:|\/(?!\/)|#)/i.test(url.trim());

const openLink = parser.renderer.rules['link_open'];
parser.renderer.rules['link_open'] = (tokens, index, options, env, self) => {
  const token = tokens[index];
  token?.attrSet('rel', 'noopener nofollow');
  token?.attrSet('target', '_blank');
  return openLink ? openLink(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

/** A picture from elsewhere would tell its host who reads the ticket: it becomes a link with its own words. */
parser.renderer.rules['image'] = (tokens, index) => {
  const token = tokens[index];
  const href = parser.utils.escapeHtml(String(token?.attrGet('src') ?? ''));
  const words = parser.utils.escapeHtml(token?.content || 'Picture');
  return `<a href="${href}" rel="noopener nofollow" target="_blank">${words}</a>`;
};

/** Alignment as an attribute: inline styles neither pass the sanitiser nor the page's policy. */
for (const cell of ['th_open', 'td_open']) {
  parser.renderer.rules[cell] = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const align = /text-align:(\w+)/.exec(String(token?.attrGet('style') ?? ''))?.[1];
    if (token && align) token.attrs = [['align', align]];
    return self.renderToken(tokens, index, options);
  };
}

/** Markdown as HTML: no raw HTML, web, mail and phone links only, headings no larger than the page's. */
export function renderMarkdown(text: string): string {
  return parser.render(text);
}
