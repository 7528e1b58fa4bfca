import { ApiProperty } from '@nestjs/swagger';

/** What the service is, and the addresses of its documentation. */
export class IndexDto {
  /** The name of the service. */
  @ApiProperty({ example: 'Ticket System' })
  name!: string;

  /** What the service does. */
  @ApiProperty({ example: 'A headless ticket service: tickets, their status and their comments.' })
  description!: string;

  /** The address of the documentation for people. */
  @ApiProperty({ example: '/docs' })
  docs!: string;

  /** The address of the OpenAPI document. */
  @ApiProperty({ example: '/docs-json' })
  openapi!: string;
}
