var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../comments/comment.dto.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { CommentDto } from '../comments/comment.dto.js';
import { TicketSummaryDto } from '../tickets/ticket.dto.js';
/** A line of an export: a ticket with all its comments. */
export class ExportLineDto extends TicketSummaryDto {
    /** The external id of the ticket that this one continues, or `ticket:<id>`; absent if there is none. */
    follows_external_id;
    /** The comments, oldest first. */
    comments;
    static _OPENAPI_METADATA_FACTORY() {
        return { follows_external_id: { required: false, type: () => String, description: "The external id of the ticket that this one continues, or `ticket:<id>`; absent if there is none." }, comments: { required: true, type: () => [openapi_import_1.CommentDto], description: "The comments, oldest first." } };
    }
}
__decorate([
    ApiProperty({ type: String, required: false, example: 'shop-1999' }),
    __metadata("design:type", String)
], ExportLineDto.prototype, "follows_external_id", void 0);
__decorate([
    ApiProperty({ type: [CommentDto] }),
    __metadata("design:type", Array)
], ExportLineDto.prototype, "comments", void 0);
//# sourceMappingURL=export-line.dto.js.map