import { IsEmailAddress, IsText } from '../../api/fields.js';

/** A new ticket. */
export class CreateTicketDto {
  /** What it is about, in 1 to 255 characters, not blank. */
  @IsText(255, 'Invoice 2043 is wrong')
  theme!: string;

  /** The matter itself, in 1 to 10,000 characters, not blank. */
  @IsText(10_000, 'It lists the same item twice.')
  text!: string;

  /** Whom to answer: an e-mail address of at most 254 characters. */
  @IsEmailAddress()
  email!: string;
}
