var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { ApiProperty } from '@nestjs/swagger';
import { CursorParameter, LimitParameter } from './parameters.js';
/** A page ends with the item that passes this size, even if fewer items than its limit fit. */
const maxPageBytes = 1024 * 1024;
/** A page of a list. */
export class Page {
    items;
    next_cursor;
    cursorParameter;
    texts;
    /**
     * @param items the items
     * @param next_cursor the cursor of the next page; null on the last one
     * @param cursorParameter the query parameter that takes the cursor
     * @param texts the items as JSON
     */
    constructor(items, next_cursor, cursorParameter = 'cursor', texts = items.map((item) => JSON.stringify(item))) {
        this.items = items;
        this.next_cursor = next_cursor;
        this.cursorParameter = cursorParameter;
        this.texts = texts;
    }
    /** Returns the body as JSON. */
    toText() {
        return `{"items":[${this.texts.join()}],"next_cursor":${JSON.stringify(this.next_cursor)}}`;
    }
}
/**
 * Creates the class of a page for /docs.
 * @param schema the schema of the items; by default that of their class
 */
export function PageDto(item, schema = { type: [item] }) {
    class PageOfItems {
        items;
        next_cursor;
    }
    __decorate([
        ApiProperty({ ...schema, description: 'The items of this page.' }),
        __metadata("design:type", Array)
    ], PageOfItems.prototype, "items", void 0);
    __decorate([
        ApiProperty({
            ...{ type: String, nullable: true, example: null },
            description: 'The value to send as `cursor` for the next page; null on the last page.',
        }),
        __metadata("design:type", Object)
    ], PageOfItems.prototype, "next_cursor", void 0);
    return PageOfItems;
}
/** The page size of a list without `limit`. */
export const defaultLimit = 20;
/** The parameters of every list. */
export class PageQuery {
    /** The number of items of the page. */
    limit = defaultLimit;
    /** The next_cursor of the previous page. */
    cursor;
}
__decorate([
    LimitParameter({ max: 100, default: defaultLimit }),
    __metadata("design:type", Object)
], PageQuery.prototype, "limit", void 0);
__decorate([
    CursorParameter(),
    __metadata("design:type", String)
], PageQuery.prototype, "cursor", void 0);
/** Cuts a page from rows that were read with one more row than its limit: a row that is left shows that a next page exists. */
export function cutPage(rows, limit, { cursors, list, sortKeysOf, isCut = false }) {
    const texts = [];
    let bytes = 0;
    for (const row of rows.slice(0, limit)) {
        const text = JSON.stringify(row);
        bytes += Buffer.byteLength(text);
        texts.push(text);
        if (bytes > maxPageBytes)
            break;
    }
    const items = rows.slice(0, texts.length);
    const last = items.at(-1);
    const hasMore = isCut || rows.length > items.length;
    const next = hasMore && last !== undefined ? cursors.seal(list, sortKeysOf(last)) : null;
    return new Page(items, next, 'cursor', texts);
}
//# sourceMappingURL=pagination.js.map