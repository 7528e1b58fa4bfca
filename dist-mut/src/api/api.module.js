var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { Cursors } from './cursors.js';
import { KnownQueryGuard } from './known-query.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { ValidationPipe } from './validation.pipe.js';
/** The guard, the pipe and the filter of every endpoint, and the cursors of lists. */
let ApiModule = class ApiModule {
};
ApiModule = __decorate([
    Global(),
    Module({
        providers: [
            { provide: APP_GUARD, useClass: KnownQueryGuard },
            { provide: APP_PIPE, useClass: ValidationPipe },
            { provide: APP_FILTER, useClass: ProblemFilter },
            Cursors,
        ],
        exports: [Cursors],
    })
], ApiModule);
export { ApiModule };
//# sourceMappingURL=api.module.js.map