import type { Letter } from './letter';
import { escapeHtml } from './escape-html';
import { markdownAsHtml } from './markdown-html';

const FONT = `font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`;

/** Mail programs that know no dark mode show the inline styles; those that do take these over them. */
const STYLE = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.page{background:#0e1011!important}.card{background:#1b1f27!important;border-color:#2c313c!important}
.text,.text p,.text li,.text td,.text th{color:#e6e8ee!important}.soft,.text p.soft{color:#9aa3b2!important}
.said{background:#232833!important;border-color:#62cbd2!important}.text a,.soft a{color:#62cbd2!important}
.text code,.text pre{background:#2c313c!important;color:#e6e8ee!important}}`;

/** The HTML part: one column, styles inline, nothing fetched from anywhere. */
export async function letterAsHtml(letter: Letter): Promise<string> {
  const { button, footer, message } = letter;
  const paragraphs = [letter.hello, ...letter.paragraphs].map(paragraph).join('');
  const said = message
    ? `<p class="soft" style="margin:20px 0 6px;font-size:13px;color:#5f6468">${escapeHtml(message.heading)}</p>
<div class="said" dir="auto" style="margin:0 0 8px;padding:12px 16px;background:#f4f6f6;border-left:3px solid #0a636d;border-radius:6px;overflow-wrap:anywhere">${await markdownAsHtml(message.body)}</div>
${message.files ? `<p class="soft" style="margin:0;font-size:13px;color:#5f6468">${escapeHtml(message.files)}</p>` : ''}`
    : '';
  const link = footer.link
    ? ` <a href="${escapeHtml(footer.link.url)}" style="color:#0a636d">${escapeHtml(footer.link.label)}</a>`
    : '';
  return `<!doctype html>
<html lang="${escapeHtml(letter.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${escapeHtml(letter.title)}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:0;background:#f6f7f7">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f6f7f7"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#ffffff;border:1px solid #dde2ea;border-radius:10px"><tr><td class="text" style="padding:28px 28px 24px;${FONT};font-size:15px;line-height:1.55;color:#1d2430">
<p class="soft" style="margin:0 0 18px;font-size:13px;font-weight:600;color:#5f6468">${escapeHtml(letter.appName)}</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:650">${escapeHtml(letter.title)}</h1>
${letter.about === null ? '' : `<p class="soft" dir="auto" style="margin:-10px 0 16px;font-size:14px;color:#5f6468">${escapeHtml(letter.about)}</p>`}
${paragraphs}
${said}
<p style="margin:24px 0"><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:10px 18px;background:#0a636d;color:#ffffff!important;text-decoration:none;border-radius:6px;font-weight:600">${escapeHtml(button.label)}</a></p>
${letter.notes.map(paragraph).join('')}
</td></tr></table>
<p class="soft" style="max-width:600px;margin:16px auto 0;${FONT};font-size:12px;line-height:1.5;color:#5f6468">${escapeHtml(footer.text)}${link}</p>
</td></tr></table></body></html>
`;
}

const paragraph = (text: string): string => `<p style="margin:0 0 12px">${escapeHtml(text)}</p>`;
