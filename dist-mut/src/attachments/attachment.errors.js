import { Problem } from '../api/problem.js';
import { TicketNotFound } from '../tickets/ticket.errors.js';
/** 404: no attachment of this ticket has this id, or the reader may not see it. */
export class AttachmentNotFound extends TicketNotFound {
    constructor(ticketId, id) {
        super(ticketId, `There is no attachment ${id} of ticket ${ticketId}`);
    }
}
/** 409: the bytes of the attachment are not there yet. */
export class AttachmentPending extends Problem {
    constructor() {
        super('attachment-pending', 'The attachment is pending: upload its bytes, then complete it');
    }
}
/** 409: the bytes of a complete attachment never change. */
export class AttachmentComplete extends Problem {
    constructor() {
        super('attachment-complete', 'The attachment is complete, and its bytes can no longer change');
    }
}
/** 409: the uploaded bytes are not those that were announced. They may be uploaded again. */
export class UploadInvalid extends Problem {
    constructor(reason) {
        super('upload-invalid', `${reason}. Upload the bytes again, then complete the attachment.`);
    }
}
/** 403: a signed URL is altered, has expired, or belongs to another caller. */
export class LinkInvalid extends Problem {
    constructor(reason) {
        super('link-invalid', reason);
    }
}
/** 503: the store of attachments does not respond. */
export class StoreUnavailable extends Problem {
    constructor(cause) {
        super('unavailable', 'The store of attachments does not respond');
        this.cause = cause;
    }
}
/** 507: the store has no space left. */
export class InsufficientStorage extends Problem {
    constructor() {
        super('insufficient-storage', 'The store of attachments has no space left');
    }
}
//# sourceMappingURL=attachment.errors.js.map