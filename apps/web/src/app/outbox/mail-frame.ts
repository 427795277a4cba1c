/** What a mail may hold and a page of ours should not even look at. */
const LEFT_OUT = 'script, meta, base, link, iframe, object, embed, form input, form button';

/**
 * The HTML of a mail as a document for a sandboxed frame. Styles on elements become rules under the nonce of the page,
 * whose policy the frame inherits and which lets no others in; links open in a tab of their own.
 */
export function mailFrame(html: string, nonce: string | null): string {
  const pass = nonce ? ` nonce="${nonce}"` : '';
  // Already while it is parsed the page's policy complains about each style that it does not let in.
  const source = html.replace(STYLE, ' data-style=').replace(/<style\b/gi, `<style${pass}`);
  const mail = new DOMParser().parseFromString(source, 'text/html');
  for (const element of mail.querySelectorAll(LEFT_OUT)) element.remove();
  const rules: string[] = [];
  for (const element of mail.querySelectorAll('[data-style]')) {
    const style = element.getAttribute('data-style') ?? '';
    element.removeAttribute('data-style');
    element.setAttribute('data-s', String(rules.length));
    // As strong as an attribute, weaker than `!important` of a media query.
    rules.push(`[data-s="${rules.length}"]:not(#_) { ${style.replace(/[{}<]/g, '')} }`);
  }
  for (const link of mail.querySelectorAll('[href]')) {
    if (!FOLLOWED.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
  }
  const sheet = mail.createElement('style');
  if (nonce) sheet.setAttribute('nonce', nonce);
  sheet.textContent = rules.join('\n');
  mail.head.append(sheet);
  return `<!doctype html>${mail.documentElement.outerHTML}`;
}

/** Addresses that lead to a page or a person, and run nothing. */
const FOLLOWED = /^(https?|mailto):/i;
/** A style attribute inside a tag. */
const STYLE = /\sstyle=(?=["'][^<>]*>)/gi;
