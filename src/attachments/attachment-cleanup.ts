import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';

import { JobScheduler } from '../jobs/job-scheduler.js';
import { AttachmentStore } from './attachment-store.js';
import { AttachmentsRepository } from './attachments.repository.js';

/** Deletions of a process at a time. */
const maxDeletions = 8;

/** Deletes attachments that were not completed in time, and bytes that no attachment needs any more. */
@Injectable()
export class AttachmentCleanup {
  constructor(
    private readonly repository: AttachmentsRepository,
    private readonly store: AttachmentStore,
    jobs: JobScheduler,
  ) {
    jobs.register('delete attachments that were not completed, and bytes of no attachment', async () => {
      const mayHaveMore = await repository.sweep();
      return (await this.deleteBytes()) || mayHaveMore;
    });
    jobs.register('delete unfinished uploads', () => store.sweep().then(() => false));
  }

  /** Deletes the bytes of some keys; returns whether there may be more. Keys whose deletion fails are claimed again later. */
  private async deleteBytes(): Promise<boolean> {
    const keys = await this.repository.claimDeletions();
    const limit = pLimit(maxDeletions);
    const results = await Promise.allSettled(keys.map((key) => limit(() => this.store.delete(key))));
    const deleted = keys.filter((_, n) => results[n]?.status === 'fulfilled');
    if (deleted.length > 0) await this.repository.finishDeletions(deleted);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return keys.length > 0;
  }
}
