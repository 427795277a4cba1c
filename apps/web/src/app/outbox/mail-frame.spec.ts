import { mailFrame } from './mail-frame';

const read = (html: string) => new DOMParser().parseFromString(html, 'text/html');

describe('the frame of a mail', () => {
  it('keeps styles of elements, as rules that the page’s policy lets in', () => {
    const frame = mailFrame('<p style="color: red">A</p><p style=\'margin:0\' class="x">B</p>', 'n0nce');
    const mail = read(frame);
    const [a, b] = [...mail.querySelectorAll('p')];
    expect([a?.hasAttribute('style'), b?.className]).toEqual([false, 'x']);
    const sheet = mail.querySelector('style');
    expect(sheet?.getAttribute('nonce')).toBe('n0nce');
    expect(sheet?.textContent).toContain(`[data-s="${a?.dataset['s']}"]:not(#_) { color: red }`);
    expect(sheet?.textContent).toContain('{ margin:0 }');
  });

  it('leaves words alone that only look like a style', () => {
    expect(read(mailFrame('<p>Set style="bold" here</p>', null)).body.textContent).toContain(
      'Set style="bold" here',
    );
  });

  it('cannot break out of a rule', () => {
    const frame = mailFrame('<p style="color: red } body { display: none">A</p>', null);
    expect(frame).toContain('{ color: red  body  display: none }');
  });

  it('opens links in a tab of their own, without saying where they come from', () => {
    const link = read(mailFrame('<a href="https://desk.example/tickets/1">Open</a>', null)).querySelector(
      'a',
    );
    expect([link?.target, link?.rel]).toEqual(['_blank', 'noopener noreferrer']);
  });

  it.each(['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '/here'])(
    'takes the way from a link to %j',
    (href) => {
      const link = read(mailFrame(`<a href="${href}">x</a>`, null)).querySelector('a');
      expect(link?.hasAttribute('href')).toBe(false);
    },
  );

  it('leaves out what runs, loads or leads away', () => {
    const html =
      '<meta http-equiv="refresh" content="0;url=//x"><base href="//x"><script>1</script><link rel="stylesheet" href="//x"><iframe src="//x"></iframe>A';
    expect(mailFrame(html, null)).not.toMatch(/<script|<meta|<base|<link|<iframe/);
  });
});
