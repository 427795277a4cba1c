import { LANGUAGES, type Language } from './user.entity';

/**
 * The language of ours that somebody's browser likes best (RFC 9110, 12.5.4); null where it likes none of them.
 * @param header `Accept-Language`, such as `de-CH, de;q=0.9, en;q=0.5`
 */
export function acceptedLanguage(header: string | undefined): Language | null {
  const wishes = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((wish) => {
      const [tag = '', ...parameters] = wish.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return {
        language: tag.toLowerCase().split('-')[0],
        quality: quality === undefined ? 1 : Number(quality),
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { language } of wishes) {
    const ours = LANGUAGES.find((known) => known === language);
    if (ours) return ours;
  }
  return null;
}
