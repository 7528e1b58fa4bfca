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
import { catchError } from 'rxjs';
import { readerOf } from '../api/audience.js';
import { TicketDeleted, TicketNotFound } from './ticket.errors.js';
import { TicketsRepository } from './tickets.repository.js';
/** Answers 410 in place of 404 on every route, if the ticket was deleted and the caller belongs to the team. */
let DeletedTicketsInterceptor = class DeletedTicketsInterceptor {
    repository;
    constructor(repository) {
        this.repository = repository;
    }
    intercept(context, next) {
        const { audience } = readerOf(context.switchToHttp().getResponse());
        if (audience === 'requester')
            return next.handle();
        return next.handle().pipe(catchError((error) => this.explain(error)));
    }
    async explain(error) {
        if (error instanceof TicketNotFound && (await this.repository.wasDeleted(error.ticketId)))
            throw new TicketDeleted(error.ticketId);
        throw error;
    }
};
DeletedTicketsInterceptor = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [TicketsRepository])
], DeletedTicketsInterceptor);
export { DeletedTicketsInterceptor };
//# sourceMappingURL=deleted-tickets.interceptor.js.map