import { IsEmailAddress, IsText } from '../../api/fields.js';

/** A new comment. */
export class CreateCommentDto {
  /** What it says, in 1 to 10,000 characters, not blank. */
  @IsText(10_000, 'Which item do you mean?')
  text!: string;

  /** Who writes it: an e-mail address of at most 254 characters. */
  @IsEmailAddress()
  email!: string;
}
