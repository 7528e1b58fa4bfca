var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { JobScheduler } from '../jobs/job-scheduler.js';
import { AttachmentStore } from './attachment-store.js';
import { AttachmentsRepository } from './attachments.repository.js';
/** Deletions of a process at a time. */
const maxDeletions = 8;
/** Deletes attachments that were not completed in time, and bytes that no attachment needs any more. */
let AttachmentCleanup = class AttachmentCleanup {
    repository;
    store;
    constructor(repository, store, jobs) {
        this.repository = repository;
        this.store = store;
        jobs.register('delete attachments that were not completed, and bytes of no attachment', async () => {
            const mayHaveMore = await repository.sweep();
            return (await this.deleteBytes()) || mayHaveMore;
        });
        jobs.register('delete unfinished uploads', () => store.sweep().then(() => false));
    }
    /** Deletes the bytes of some keys; returns whether there may be more. Keys whose deletion fails are claimed again later. */
    async deleteBytes() {
        const keys = await this.repository.claimDeletions();
        const limit = pLimit(maxDeletions);
        const results = await Promise.allSettled(keys.map((key) => limit(() => this.store.delete(key))));
        const deleted = keys.filter((_, n) => results[n]?.status === 'fulfilled');
        if (deleted.length > 0)
            await this.repository.finishDeletions(deleted);
        const failed = results.find((result) => result.status === 'rejected');
        if (failed)
            throw failed.reason;
        return keys.length > 0;
    }
};
AttachmentCleanup = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [AttachmentsRepository,
        AttachmentStore,
        JobScheduler])
], AttachmentCleanup);
export { AttachmentCleanup };
//# sourceMappingURL=attachment-cleanup.js.map