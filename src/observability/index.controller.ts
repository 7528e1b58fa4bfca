import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { ReadEndpoint } from '../api/endpoint.decorators.js';
import { Public } from '../auth/scope.guard.js';
import { Environment } from '../config/environment.js';
import { IndexDto } from './index.dto.js';

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

  /**
   * Tells what the service is, and where its documentation is.
   * @remarks The addresses begin with PUBLIC_URL, or are paths without it.
   */
  @Get()
  @Public()
  @ReadEndpoint(IndexDto, {})
  getIndex(): IndexDto {
    const { PUBLIC_URL } = this.environment;
    return { ...about, docs: `${PUBLIC_URL}/docs`, openapi: `${PUBLIC_URL}/docs-json` };
  }
}
