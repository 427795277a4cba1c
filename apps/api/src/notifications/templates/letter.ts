/** What a mail says, before it becomes text and HTML. Nothing in it is HTML. */
export interface Letter {
  /** As in `lang`. */
  language: string;
  appName: string;
  /** What it is about: number and subject of a ticket. */
  about: string | null;
  title: string;
  hello: string;
  paragraphs: readonly string[];
  /** What somebody wrote, in Markdown. */
  message: { heading: string; body: string; files: string | null } | null;
  button: { label: string; url: string };
  /** After the button. */
  notes: readonly string[];
  footer: { text: string; link: { label: string; url: string } | null };
}

/** The text part. */
export function letterAsText(letter: Letter): string {
  const { message, footer } = letter;
  const blocks = [
    letter.title,
    ...(letter.about === null ? [] : [letter.about]),
    letter.hello,
    ...letter.paragraphs,
    ...(message ? [message.heading, message.body.trim(), ...(message.files ? [message.files] : [])] : []),
    `${letter.button.label}:\n${letter.button.url}`,
    ...letter.notes,
    `-- \n${[footer.text, ...(footer.link ? [`${footer.link.label}: ${footer.link.url}`] : [])].join('\n')}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}
