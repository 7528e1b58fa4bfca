/** The storage of decorators, which class-transformer does not export. Nest's mapped types import it by the same path. */
declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js';
}
