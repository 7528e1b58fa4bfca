import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { AwsClient } from 'aws4fetch';
import { create as contentDisposition } from 'content-disposition';
import { errorMessage } from '../observability/error-message.js';
import { downloadLifeSeconds, uploadLifeHours } from './attachment-store.js';
import { AttachmentStore } from './attachment-store.js';
import { StoreUnavailable } from './attachment.errors.js';
/** The time limit of a request without bytes, and of one whose time depends on the size of the object. */
const quickMs = 3_000;
const slowMs = 600_000;
/** Keeps the bytes in a bucket of an S3-compatible store. Clients upload and download there, by presigned URLs. */
export class S3Store extends AttachmentStore {
    logger = new Logger('S3Store');
    client;
    bucket;
    bucketUrl;
    constructor(environment) {
        super();
        const { ATTACHMENTS_S3_ENDPOINT = '', ATTACHMENTS_S3_BUCKET = '' } = environment;
        const { ATTACHMENTS_S3_ACCESS_KEY_ID = '', ATTACHMENTS_S3_SECRET_ACCESS_KEY = '' } = environment;
        this.client = new AwsClient({
            ...{ service: 's3', region: environment.ATTACHMENTS_S3_REGION },
            accessKeyId: ATTACHMENTS_S3_ACCESS_KEY_ID,
            secretAccessKey: ATTACHMENTS_S3_SECRET_ACCESS_KEY,
        });
        this.bucket = ATTACHMENTS_S3_BUCKET;
        const { protocol, host, pathname } = new URL(ATTACHMENTS_S3_ENDPOINT);
        const path = pathname.replace(/\/$/, '');
        this.bucketUrl = environment.ATTACHMENTS_S3_FORCE_PATH_STYLE
            ? `${protocol}//${host}${path}/${this.bucket}`
            : `${protocol}//${this.bucket}.${host}${path}`;
    }
    /** Type and length are signed too, so that the store rejects an upload of another size. */
    async uploadRequest({ upload_key, content_type, size, created_at }) {
        const lifeMs = Date.parse(created_at) + uploadLifeHours * 3_600_000 - Date.now();
        const headers = { 'Content-Type': content_type };
        const signed = await this.presign(upload_key, Math.max(1, Math.ceil(lifeMs / 1000)), {
            method: 'PUT',
            headers: { ...headers, 'Content-Length': String(size) },
        });
        return { method: 'PUT', headers, ...signed };
    }
    /** The store sends the name and the type that were told, whatever the upload said. */
    download({ stored_key, name, content_type }) {
        return this.presign(stored_key ?? '', downloadLifeSeconds, {
            method: 'GET',
            query: {
                'response-content-disposition': contentDisposition(name),
                'response-content-type': content_type,
            },
        });
    }
    async seal(uploadKey, storedKey) {
        // Asked first, because a store that does not respond is noticed sooner than by a copy, which may take long.
        const uploaded = await this.request('HEAD', uploadKey, quickMs);
        if (uploaded.status === 404)
            return undefined;
        const source = { 'x-amz-copy-source': `/${this.bucket}/${uploadKey}` };
        const copied = await this.request('PUT', storedKey, slowMs, source);
        // A copy can fail after its status has been sent.
        const result = await copied.text();
        if (copied.status === 404)
            return undefined;
        if (!result.includes('CopyObjectResult'))
            throw this.unavailable(`a copy failed: ${result}`);
        const { headers } = await this.request('HEAD', storedKey, quickMs);
        return { size: Number(headers.get('content-length')), read: () => this.read(storedKey) };
    }
    async delete(key) {
        await this.request('DELETE', key, quickMs);
    }
    sweep() {
        return Promise.resolve();
    }
    async read(key) {
        const { body } = await this.request('GET', key, slowMs);
        if (!body)
            throw this.unavailable('an object has no bytes');
        return Readable.fromWeb(body);
    }
    async presign(key, seconds, request) {
        const { query, ...init } = request;
        const parameters = new URLSearchParams({ ...query, 'X-Amz-Expires': String(seconds) });
        // Spaces as in RFC 3986, because stores differ in what a plus stands for.
        const url = `${this.bucketUrl}/${key}?${parameters.toString().replaceAll('+', '%20')}`;
        const expires_at = new Date(Date.now() + seconds * 1000).toISOString();
        const signed = await this.client.sign(url, { ...init, aws: { signQuery: true, allHeaders: true } });
        return { url: signed.url, expires_at };
    }
    /** Sends a request; returns its response if the object was found or was not there, or throws StoreUnavailable. */
    async request(method, key, timeoutMs, headers = {}) {
        const signal = AbortSignal.timeout(timeoutMs);
        try {
            const signed = await this.client.sign(`${this.bucketUrl}/${key}`, { method, headers });
            const response = await fetch(signed, { signal });
            if (response.ok || response.status === 404)
                return response;
            await response.body?.cancel();
            throw new Error(`${method} was answered with ${response.status}`);
        }
        catch (error) {
            // The message of fetch is "fetch failed"; its cause has the reason.
            const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
            throw this.unavailable(errorMessage(reason), error);
        }
    }
    unavailable(reason, cause) {
        this.logger.warn(`The S3 store of attachments cannot be used: ${reason}`);
        return new StoreUnavailable(cause);
    }
}
//# sourceMappingURL=s3-store.js.map