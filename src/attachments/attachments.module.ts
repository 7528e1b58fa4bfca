import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Environment } from '../config/environment.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { TicketsModule } from '../tickets/tickets.module.js';
import { AttachmentCleanup } from './attachment-cleanup.js';
import { AttachmentFilesController } from './attachment-files.controller.js';
import { AttachmentFilesService } from './attachment-files.service.js';
import { AttachmentStore } from './attachment-store.js';
import { Attachment, AttachmentDeletion } from './attachment.entity.js';
import { AttachmentsController } from './attachments.controller.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { AttachmentsService } from './attachments.service.js';
import { FileStore } from './file-store.js';
import { S3Store } from './s3-store.js';
import { SignedLinks } from './signed-links.js';
import { UploadVerifier } from './upload-verifier.js';

/** Attachments of tickets. Their bytes are in an S3-compatible store if ATTACHMENTS_S3_ENDPOINT is set, else in a folder. */
@Module({
  imports: [TypeOrmModule.forFeature([Attachment, AttachmentDeletion]), TicketsModule, IdempotencyModule],
  controllers: [AttachmentsController, AttachmentFilesController],
  providers: [
    {
      provide: AttachmentStore,
      inject: [Environment, SignedLinks],
      useFactory: (environment: Environment, links: SignedLinks) =>
        environment.ATTACHMENTS_S3_ENDPOINT === undefined
          ? new FileStore(environment.ATTACHMENTS_DIR, links)
          : new S3Store(environment),
    },
    ...[AttachmentsService, AttachmentFilesService, AttachmentsRepository],
    ...[AttachmentCleanup, SignedLinks, UploadVerifier],
  ],
})
export class AttachmentsModule {}
