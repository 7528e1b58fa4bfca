import { Type } from 'class-transformer';
import { IsEmail, IsIn, IsInt, IsNotEmpty, IsString, Max, MaxLength, Min } from 'class-validator';

export class CreateTicketDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(255)
  theme!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(10_000)
  text!: string;

  @IsEmail()
  email!: string;
}

export class CreateCommentDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(10_000)
  text!: string;

  @IsEmail()
  email!: string;
}

export class UpdateStatusDto {
  @IsIn(['answered', 'awaited', 'closed'])
  status!: string;
}

export class ListQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 20;
}
