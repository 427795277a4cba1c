import { render } from '../../../testing/page';
import { Markdown } from './markdown';

const ATTACKS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\tscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '![x](javascript:alert(1))',
  '![x](https://evil.example/pixel.gif "t\\" onload=\\"alert(1)")',
  '![" onerror="alert(1)](https://evil.example/x.png)',
  '[x](https://x.example/"onmouseover="alert(1))',
  '<https://x.example/"onclick="alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]',
  '`<img src=x onerror=alert(1)>`',
  '```html\n<script>alert(1)</script>\n```',
  '<style>body{display:none}</style>',
  '<form action="https://evil.example"><input name=password></form>',
  '| a |\n|:-:|\n| <b onclick=alert(1)>x</b> |',
  '<!--><script>alert(1)</script>-->',
  '[//evil.example](//evil.example)',
];

function show(text: string): HTMLElement {
  return render(Markdown, { text }).host;
}

describe('a message body', () => {
  it.each(ATTACKS)('never runs %j', (attack) => {
    const host = show(attack);
    expect(
      host.querySelector('script, iframe, object, embed, img, svg, style, form, input, base, meta'),
    ).toBeNull();
    for (const element of host.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^(on|style$|srcdoc$)/);
        if (name === 'href') expect(value).toMatch(/^(https?:|mailto:|tel:|\/(?!\/)|#)/);
      }
    }
  });

  it('shows HTML as the text that was typed', () => {
    expect(show('<b>bold</b>').textContent).toContain('<b>bold</b>');
  });

  it('opens links elsewhere, without a way back and without credit', () => {
    const link = show('See https://shimano.example/b05s').querySelector('a');
    expect(link?.getAttribute('href')).toBe('https://shimano.example/b05s');
    expect(link?.getAttribute('rel')).toBe('noopener nofollow');
    expect(link?.getAttribute('target')).toBe('_blank');
  });

  it('makes a link of a picture from elsewhere, so that its host learns nothing', () => {
    const host = show('![The pad](https://elsewhere.example/pad.png)');
    expect(host.querySelector('img')).toBeNull();
    expect(host.querySelector('a')?.textContent).toBe('The pad');
  });

  it('keeps lists, code, emphasis and line breaks', () => {
    const host = show('**bold**\nnext\n\n- one\n- two\n\n`code`');
    expect(host.querySelectorAll('li')).toHaveLength(2);
    for (const tag of ['strong', 'br', 'code']) expect(host.querySelector(tag)).not.toBeNull();
  });

  it('is there with the page: nobody sees it as it was typed', () => {
    expect(show('**bold**').textContent?.trim()).toBe('bold');
  });
});
