import { Injectable } from '@nestjs/common';

/** Whether this process takes part in the work: until it is told to end. */
@Injectable()
export class Readiness {
  /** Whether it has been told to end: a load balancer should send nothing new. */
  isEnding = false;
}
