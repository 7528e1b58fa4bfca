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
import { team } from '../api/audience.js';
import { InvalidRequest } from '../api/problem.js';
import { AttachmentStore } from './attachment-store.js';
import { AttachmentComplete, AttachmentNotFound, AttachmentPending } from './attachment.errors.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { FileStore } from './file-store.js';
import { SignedLinks } from './signed-links.js';
/** Takes uploads and finds files, for requests with a signed URL. */
let AttachmentFilesService = class AttachmentFilesService {
    repository;
    links;
    store;
    constructor(repository, links, store) {
        this.repository = repository;
        this.links = links;
        this.store = store;
    }
    /**
     * Stores the bytes of a pending attachment. Throws LinkInvalid, AttachmentNotFound, AttachmentComplete, or InvalidRequest if the size is not
     * the announced one.
     * @param subject the caller, if the request has a token
     * @param body.size the size that the request announces
     */
    async upload(path, query, subject, body) {
        this.links.verify('upload', path, query, subject);
        const { store, attachment } = await this.require(path);
        const { upload_key, stored_key, ...dto } = attachment;
        if (stored_key !== null)
            throw new AttachmentComplete();
        if (body.size !== undefined && body.size !== dto.size) {
            const message = `must be ${dto.size}, the size of the attachment`;
            throw new InvalidRequest([{ field: 'Content-Length', message }]);
        }
        await store.receive(upload_key, body.stream, dto.size);
        return dto;
    }
    /** Returns the file of a complete attachment, or throws LinkInvalid, AttachmentNotFound or AttachmentPending. */
    async find(path, query, subject) {
        this.links.verify('download', path, query, subject);
        const { store, attachment } = await this.require(path);
        const { name, content_type, stored_key } = attachment;
        if (stored_key === null)
            throw new AttachmentPending();
        return { name, content_type, path: store.pathOf(stored_key) };
    }
    async require(path) {
        // The link was issued to a caller that may see the attachment.
        const attachment = await this.repository.find(path, team);
        const { store } = this;
        if (!attachment || !(store instanceof FileStore))
            throw new AttachmentNotFound(path.ticket_id, path.attachment_id);
        return { store, attachment };
    }
};
AttachmentFilesService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [AttachmentsRepository,
        SignedLinks,
        AttachmentStore])
], AttachmentFilesService);
export { AttachmentFilesService };
//# sourceMappingURL=attachment-files.service.js.map