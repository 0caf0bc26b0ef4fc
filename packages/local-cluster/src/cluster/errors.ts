/** Something the person who called can put right. The message is complete and is shown without a stack. */
export class UserError extends Error {
  override name = 'UserError';
}
