/** A text for LIKE with `escape '\\'` that means only itself. Normalise before: normalising can make wildcards. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
