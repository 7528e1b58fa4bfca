import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';

import { Public } from '../auth/scope.guard.js';
import { Environment } from '../config/environment.js';
import { ReadEndpoint } from '../api/endpoint.decorators.js';

/** What the service is, and the addresses of its documentation. */
class IndexDto {
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

/** The name and the description of the service, here and in the OpenAPI document. */
export const about = {
  name: 'Ticket System',
  description: 'A headless ticket service: tickets, their status and their comments.',
};

/** The root of the service. */
@ApiTags('Health')
@Controller()
export class IndexController {
  constructor(private readonly environment: Environment) {}

  /** Tells what the service is, and where its documentation is. */
  @Get()
  @Public()
  @ReadEndpoint(IndexDto, {})
  getIndex(): IndexDto {
    const { PUBLIC_URL } = this.environment;
    return { ...about, docs: `${PUBLIC_URL}/docs`, openapi: `${PUBLIC_URL}/docs-json` };
  }
}
