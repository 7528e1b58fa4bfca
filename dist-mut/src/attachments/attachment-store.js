/** The life of an upload URL. Attachments that are not complete by then are deleted. */
export const uploadLifeHours = 24;
/** The life of a download URL. */
export const downloadLifeSeconds = 300;
/** Keeps the bytes of attachments under random keys. A store that does not respond makes the methods throw StoreUnavailable. */
export class AttachmentStore {
}
//# sourceMappingURL=attachment-store.js.map