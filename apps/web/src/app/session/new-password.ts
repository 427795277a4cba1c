/** The API's rule, said before it has to: 10 to 128 characters. What is too common, the API knows. */
export const PASSWORD_HINT = 'At least 10 characters. A few words in a row are easy to remember.';

/** Why a new password cannot be sent, or empty. */
export function newPasswordFault(password: string): string {
  const length = [...password].length;
  if (length === 0) return 'Choose a password';
  if (length < 10) return `${10 - length} more ${10 - length === 1 ? 'character' : 'characters'} needed`;
  return length > 128 ? 'At most 128 characters' : '';
}
