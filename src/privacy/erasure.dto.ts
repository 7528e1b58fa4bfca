import { ReadDto, WriteDto } from '../api/dto.js';
import { IdParameter } from '../api/parameters.js';
import { Erasure } from './erasure.entity.js';

/** The request to erase an address. */
export class CreateErasureDto extends WriteDto(Erasure, { required: ['email', 'mode'] }) {}

/** An erasure that was accepted. */
export class AcceptedErasureDto extends ReadDto(Erasure, ['id', 'state']) {}

/** An erasure, without the address. */
export class ErasureDto extends ReadDto(Erasure, [
  ...(['id', 'mode', 'state', 'tickets', 'comments', 'created_at', 'finished_at'] as const),
]) {}

/** The path of an erasure. */
export class ErasureParams {
  /** The id of the erasure, without sign or leading zeros. */
  @IdParameter({ of: 'erasure', example: 5 })
  erasure_id!: number;
}
